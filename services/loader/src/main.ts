import { loadLoaderConfig } from '@retail-etl/config';
import { QUEUES } from '@retail-etl/contracts';
import { openDatabase } from '@retail-etl/mysql';
import { runService, serveSteps } from '@retail-etl/runtime';
import { loadRun } from './load-run.js';

await runService(
  'loader',
  () => loadLoaderConfig(),
  async (config, context) => {
    const database = openDatabase(config.mysqlUrl);
    const deps = { dataDir: config.dataDir, database };
    await serveSteps({
      name: 'loader',
      queue: QUEUES.load,
      config,
      context,
      database,
      handlers: { load: (data, step) => loadRun(data, deps, step) },
    });
  },
);
