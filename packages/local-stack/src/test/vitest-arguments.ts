const DEFAULT_PROJECTS = ['architecture', 'unit', 'integration', 'e2e', 'faults-short'] as const;
const COUNT_REPORTER = './packages/local-stack/dist/test/count-reporter.js';
/** The projects, and the paths of tests, that need no servers. */
const SERVERLESS: ReadonlySet<string> = new Set(['architecture', 'unit']);
const SERVERLESS_PATH = /^(\.\/)?tests\/architecture(\/|$)|\.unit\.test\.ts$/;

export interface VitestPlan {
  readonly args: readonly string[];
  /** Unit tests and those of the architecture use no server, so asking for them alone starts none. */
  readonly needsServers: boolean;
  /** The whole suite drives a browser too; what is named by project or path has to find one. */
  readonly needsBrowser: boolean;
}

/** What `npm test -- <args>` asks of vitest: all but the long fault sweeps, unless a project is named. */
export function planVitest(args: readonly string[]): VitestPlan {
  const projects = args.flatMap((arg, index) =>
    arg === '--project' ? [args[index + 1] ?? ''] : arg.startsWith('--project=') ? [arg.slice(10)] : [],
  );
  const paths = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--project');
  const onlyServerless =
    (projects.length > 0 && projects.every((project) => SERVERLESS.has(project))) ||
    (paths.length > 0 && paths.every((path) => SERVERLESS_PATH.test(path)));
  const chosen = projects.length > 0 ? [] : DEFAULT_PROJECTS.flatMap((project) => ['--project', project]);
  // Reporters that are named replace those of vitest.config.ts, and the counts with them.
  const counted = args.some((arg) => arg.startsWith('--reporter')) ? [`--reporter=${COUNT_REPORTER}`] : [];
  return {
    args: ['run', ...chosen, ...args, ...counted],
    needsServers: !onlyServerless,
    needsBrowser: projects.length === 0 && paths.length === 0,
  };
}
