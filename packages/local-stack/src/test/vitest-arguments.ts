const DEFAULT_PROJECTS = ['unit', 'integration', 'e2e', 'faults-short'] as const;
const UNIT_FOLDER = /^(\.\/)?tests\/unit(\/|$)/;

export interface VitestPlan {
  readonly args: readonly string[];
  /** Unit tests use no server, so asking for them alone starts none. */
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
  const onlyUnit =
    (projects.length > 0 && projects.every((project) => project === 'unit')) ||
    (paths.length > 0 && paths.every((path) => UNIT_FOLDER.test(path)));
  const chosen = projects.length > 0 ? [] : DEFAULT_PROJECTS.flatMap((project) => ['--project', project]);
  return { args: ['run', ...chosen, ...args], needsServers: !onlyUnit, needsBrowser: projects.length === 0 && paths.length === 0 };
}
