import formbody from '@fastify/formbody';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Day } from '@retail-etl/contracts';
import { listRuns, type Run } from '@retail-etl/ledger';
import Type from 'typebox';
import type { User } from '../auth/users.js';
import type { GatewayDeps } from '../deps.js';
import { audit } from '../ops/audit.js';
import { requestRun } from '../runs/request-run.js';
import { escapeHtml, htmlPage } from './html.js';

/** A form sends every text field, filled in or not. */
const RunForm = Type.Object(
  {
    from: Type.Optional(Type.Union([Day, Type.Literal('')])),
    to: Type.Optional(Type.Union([Day, Type.Literal('')])),
    dryRun: Type.Optional(Type.Literal('on')),
  },
  { additionalProperties: false },
);

/** The plain start page, drawn on the server: the last runs, and a form to start one. The run page will take its place. */
export function homePage(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(formbody, { bodyLimit: 1_024 });

    app.get('/', { schema: { hide: true } }, async (request, reply) => {
      const runs = await listRuns(deps.database, { limit: 30 });
      return reply.type('text/html; charset=utf-8').send(htmlPage('Runs', render(runs, request.user as User)));
    });

    app.post('/', { bodyLimit: 1_024, schema: { hide: true, body: RunForm } }, async (request, reply) => {
      const { from, to, dryRun } = request.body;
      const params = { ...(from ? { from } : {}), ...(to ? { to } : {}), ...(dryRun === 'on' ? { dryRun: true } : {}) };
      await requestRun(deps, {
        params,
        by: request.user?.username ?? 'api',
        audit: ({ runId }) => audit(deps, request, 'run.start', { run: runId, params }),
      });
      return reply.redirect('/', 303);
    });
  };
}

function render(runs: readonly Run[], user: User): string {
  const rows = runs.map(
    (run) => `<tr><td class="number">${run.seq}</td>
<td><a href="/api/runs/${run.runId}">${run.runId}</a></td>
<td class="state-${run.state}">${run.state}</td>
<td>${run.triggerKind}: ${escapeHtml(run.triggeredBy)}${run.late ? ' (late)' : ''}</td>
<td>${run.createdAt.toISOString().slice(0, 19).replace('T', ' ')}</td>
<td class="number">${run.findings.totals?.rowsRead ?? ''}</td>
<td class="number">${run.findings.totals?.rowsRejected ?? ''}</td>
<td class="number">${escapeHtml(run.findings.totals?.publishedAmount ?? '')}</td></tr>
${run.findings.error === null ? '' : `<tr><td></td><td colspan="7" class="state-failed">${escapeHtml(`${run.findings.error.code}: ${run.findings.error.message} ${run.findings.error.remedy}`)}</td></tr>`}`,
  );
  return `<main>
<header class="bar"><h1>Retail sales</h1>
<nav><a href="/queues">Queues</a><a href="/docs">API</a><span class="soft">${escapeHtml(user.username)}</span>
<form method="post" action="/logout"><button class="plain" type="submit">Sign out</button></form></nav></header>
${user.role === 'operator' ? RUN_FORM : ''}
<section class="card"><h2>Last runs</h2>
${
  runs.length === 0
    ? '<p class="soft">There has been no run yet.</p>'
    : `<div class="scroll"><table><thead><tr><th class="number">No.</th><th>Run</th><th>State</th><th>Trigger</th><th>Created (UTC)</th><th class="number">Rows</th><th class="number">Rejected</th><th class="number">Amount</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`
}
</section></main>`;
}

const RUN_FORM = `<section class="card"><h2>Run now</h2>
<form method="post" action="/" class="row">
<div><label for="from">From (optional)</label><input type="date" id="from" name="from"></div>
<div><label for="to">To (optional)</label><input type="date" id="to" name="to"></div>
<div class="check"><input type="checkbox" id="dryRun" name="dryRun"><label for="dryRun">Dry run</label></div>
<button type="submit">Run now</button>
</form></section>`;
