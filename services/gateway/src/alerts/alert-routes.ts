import { randomBytes } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { AlertTest, EtlError, Problem } from '@retail-etl/contracts';
import { addAlert, type AlertChannel } from '@retail-etl/ledger';
import { audit } from '../audit/audit.js';
import type { GatewayDeps } from '../deps.js';
import type { Deliver } from './alert-message.js';
import { testMessage } from './alert-messages.js';
import { deliverAlerts, type Delivery } from './deliver-alerts.js';

/** `POST /api/alerts/test`: sends a test on every channel and says how it went. */
export function alertRoutes(deps: GatewayDeps, channels: ReadonlyMap<AlertChannel, Deliver>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/api/alerts/test',
      {
        schema: {
          tags: ['operations'],
          summary: 'Send a test alert on every channel',
          response: { 200: AlertTest, 409: Problem, 503: Problem },
        },
      },
      async (request) => {
        if (channels.size === 0) throw new EtlError('ALERT_UNSENT', 'no channel for alerts is configured');
        const by = request.user?.username ?? 'api';
        const results: Delivery[] = [];
        for (const channel of channels.keys()) {
          const key = `test:${randomBytes(6).toString('hex')}`;
          await addAlert(deps.database, { key, kind: 'test', channel, runId: null, body: testMessage(by) });
          results.push(...(await deliverAlerts({ ...deps, channels }, { key: `${key}:${channel}` })));
        }
        await audit(deps, request, 'alert.test', { results });
        return { channels: results };
      },
    );
  };
}
