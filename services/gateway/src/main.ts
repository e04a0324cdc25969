// oxlint-disable-next-line import/no-unassigned-import -- its effect is what it is for
import { loadGatewayConfig } from '@retail-etl/config';
import { runService } from '@retail-etl/runtime';
import { checkGatewayConfig, startGateway } from './gateway.js';

await runService(
  'gateway',
  () => checkGatewayConfig(loadGatewayConfig()),
  async (config, context) => {
    await startGateway(config, context);
  },
);
