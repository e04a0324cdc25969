import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { QUEUES, type QueueName, parseJobId } from '@retail-etl/contracts';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { retryFor } from '../runs/retry.js';
import type { GatewayDeps } from '../deps.js';
import { audit } from '../audit/audit.js';
import { fromThrown } from '../problem.js';
import { underBase } from '../web/base-path.js';
import { ADD_ROUTE, BOARD_PATH, judgeBoardChange } from './board-rules.js';
import { boardScript } from './board-script.js';

const SCRIPT_PATH = `${BOARD_PATH}/offers.js`;

/** Carries the role from our guard to the board's hooks; whatever a client sends under this name is replaced. */
const ROLE_HEADER = 'x-retail-etl-role';

const DESCRIPTIONS: Readonly<Record<QueueName, string>> = {
  runs: 'Start a run here with "Add job"; name it as you like.',
  extract: 'plan, and one extract job for each file or part of the table.',
  transform: 'One transform job for each partition, then merge.',
  load: 'One load job for each run: its summary into MySQL and the CSV file.',
};

/** What "Add job" on `runs` starts from and checks in the browser. Its form fills in every field, so an empty day means none. */
const RUN_FORM_SCHEMA = {
  type: 'object',
  properties: {
    from: { type: 'string', pattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2})?$', description: 'First day, YYYY-MM-DD; empty for all' },
    to: { type: 'string', pattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2})?$', description: 'Last day, YYYY-MM-DD; empty for all' },
    dryRun: { type: 'boolean', description: 'Do everything but the publish' },
  },
  // Duplicating a job brings its old name along; the gateway puts the right one in its place.
  patternProperties: { '^requestedBy$': {} },
  additionalProperties: false,
};

/** Bull Board at `/queues`: for operators with the changes that keep ledger and queues in step, for viewers to look at. */
export function board(deps: GatewayDeps): FastifyPluginAsync {
  return async (app) => {
    const adapter = await openBoard(deps);
    addBoardHooks(app, deps);
    app.get(SCRIPT_PATH, { schema: { hide: true } }, (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(boardScript(deps.config.basePath)),
    );
    await app.register(adapter.registerPlugin(), { prefix: BOARD_PATH });
  };
}

type At = (path: string) => string;

/** The board over the four queues. Its packages are loaded here, with the first gateway that needs them. */
async function openBoard(deps: GatewayDeps) {
  const at: At = (path) => underBase(deps.config.basePath, path);
  const [{ createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/fastify'),
  ]);
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(at(BOARD_PATH));
  createBullBoard({
    queues: Object.values(QUEUES).map((name) => new BullMQAdapter(deps.queues[name], queueOptions(name, at))),
    serverAdapter,
    options: {
      uiBasePath: dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json')),
      uiConfig: {
        boardTitle: 'Retail sales',
        favIcon: { default: at('/assets/icon.svg'), alternative: at('/assets/icon.svg') },
        miscLinks: [
          { text: 'Runs', url: at('/runs') },
          { text: 'API', url: at('/docs') },
        ],
        hideDocsLink: true,
      },
      handlerHooks: { after: (context, result) => (context.request.headers[ROLE_HEADER] === 'viewer' ? lookOnly(result) : result) },
    },
  });
  // The board's own handler calls every error a 500.
  serverAdapter.setErrorHandler((thrown) => {
    const { error, status } = fromThrown(thrown);
    return { status: status as 400, body: { error: error.message, message: error.remedy } };
  });
  return serverAdapter;
}

function queueOptions(name: QueueName, at: At) {
  return {
    description: DESCRIPTIONS[name],
    // A run that has ended is not done again by doing one of its jobs again.
    allowCompletedRetries: false,
    ...(name === QUEUES.runs ? { jobDataSchema: RUN_FORM_SCHEMA } : {}),
    externalJobUrl: ({ id, data }: { id?: string | number | null | undefined; data: unknown }) => {
      const runId = parseJobId(String(id ?? ''))?.runId ?? (data as { runId?: string } | null)?.runId;
      return { displayText: runId === undefined ? 'Runs' : 'Run', href: at(runId === undefined ? '/runs' : `/runs/${runId}`) };
    },
  };
}

/** Changes the board's page, guards what changes something, and records it. */
function addBoardHooks(app: FastifyInstance, deps: GatewayDeps): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    const isPage = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
    if (!isPage || typeof payload !== 'string') return payload;
    // The page links a web font of another host.
    const ownHost = payload.replace(/<link[^>]+href="https?:[^>]*>/g, '');
    return ownHost.replace('</head>', `<script defer src="${underBase(deps.config.basePath, SCRIPT_PATH)}"></script></head>`);
  });
  app.addHook('preHandler', async (request, reply) => {
    request.headers[ROLE_HEADER] = request.user?.role ?? 'viewer';
    if (request.method !== 'GET' && request.method !== 'HEAD') return guardChange(request, reply, deps);
  });
  app.addHook('onResponse', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD' || reply.statusCode >= 400) return;
    // Its own line, with the run, is there already.
    if (judge(request) === 'retry-run') return;
    await audit(deps, request, 'board.change', { path: request.url.split('?')[0]?.slice(0, 300) });
  });
}

const routeOf = (request: FastifyRequest): string => (request.routeOptions.url ?? '').slice(BOARD_PATH.length);

function judge(request: FastifyRequest): ReturnType<typeof judgeBoardChange> {
  const { queueName } = request.params as { queueName?: string };
  return judgeBoardChange({ method: request.method, route: routeOf(request), queue: queueName });
}

async function guardChange(request: FastifyRequest, reply: FastifyReply, deps: GatewayDeps): Promise<FastifyReply | undefined> {
  const verdict = judge(request);
  try {
    if (verdict instanceof Error) throw verdict;
    if (verdict === 'retry-run') {
      const { jobId } = request.params as { jobId?: string };
      await retryFor(request, parseJobId(jobId ?? '')?.runId ?? '', deps);
      return await reply.code(204).send();
    }
    // Of the options only the delay: a job id, a parent or a repetition of the caller's choice would upset other jobs.
    if (routeOf(request) === ADD_ROUTE) request.body = cleanedJob(request.body, request.user?.username);
    return undefined;
  } catch (thrown) {
    const { error, status } = fromThrown(thrown);
    return reply.code(status).send({ error: `${error.message}. ${error.remedy}`, message: error.remedy });
  }
}

/** The job with who asked for it in its data, whatever the form said of that. */
function cleanedJob(body: unknown, username: string | undefined): unknown {
  const { name, data, options } = (isRecord(body) ? body : {}) as {
    name?: unknown;
    data?: unknown;
    options?: { delay?: unknown };
  };
  const delay = typeof options?.delay === 'number' && options.delay > 0 ? { delay: options.delay } : {};
  const params = data ?? {};
  return {
    name: name === '' || name === undefined ? 'start-run' : name,
    // Anything but an object is left for the job itself to refuse, where the dashboard shows why.
    data: isRecord(params) ? { ...withoutEmptyDays(params), requestedBy: username } : params,
    options: delay,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutEmptyDays(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([name, value]) => !((name === 'from' || name === 'to') && value === '')));
}

/** Every queue looks read-only to a viewer, so the page offers no change; the guard would refuse it anyway. */
function lookOnly<T extends { body: unknown }>(result: T): T {
  const { body } = result;
  if (typeof body !== 'object' || body === null || !('queues' in body) || !Array.isArray(body.queues)) return result;
  return {
    ...result,
    body: { ...body, queues: body.queues.map((queue: object) => ({ ...queue, readOnlyMode: true, allowRetries: false })) },
  };
}
