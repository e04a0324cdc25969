import type { SourceFile } from './source-file.js';

/** A folder with a package.json of its own; the root of the repository is one too, with an empty folder. */
export interface Workspace {
  /** As npm knows it: `@retail-etl/contracts`. */
  readonly name: string;
  /** Below the root, without a slash at the end: `packages/contracts`; empty for the root. */
  readonly folder: string;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
  /** The commands of its `scripts`, one a line. */
  readonly scripts: string;
  /** Folders that its tsconfig.json refers to, below the root; undefined without a tsconfig.json. */
  readonly references: readonly string[] | undefined;
}

/** What the rules look at: every file of the repository that people wrote, by its path below the root. */
export interface Repository {
  /** TypeScript and JavaScript, parsed. */
  readonly sources: ReadonlyMap<string, SourceFile>;
  /** Every other text: documentation, SQL, Compose files, Dockerfiles. */
  readonly texts: ReadonlyMap<string, string>;
  readonly workspaces: readonly Workspace[];
}

/** One broken rule. `subject` is what an exception names; the message says what to do about it. */
export interface Violation {
  readonly subject: string;
  readonly message: string;
}

/** `subject` may break a rule, because of `reason`. An exception that is no longer needed is itself a violation. */
export interface Exception {
  readonly subject: string;
  readonly reason: string;
}

const OWN_FOLDER = /^((?:packages|services)\/[^/]+)\//;
const SERVED_FOLDER = /^(?:packages|services)\/[^/]+\/(?:src|bin|page)\//;
const TEST_FILE = /\.test\.tsx?$/;

/** Code that is delivered, or that runs on a developer's machine, as opposed to tests. */
export function isProduct(path: string): boolean {
  return SERVED_FOLDER.test(path) && !TEST_FILE.test(path);
}

/** The folder of the workspace that a file belongs to; empty for files of the root, such as `tests/e2e/page.test.ts`. */
export function folderOf(path: string): string {
  return OWN_FOLDER.exec(path)?.[1] ?? '';
}

/** `folder` itself or anything below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** The package that an import names, without what follows it: `mysql2/promise` is of `mysql2`; undefined for files and Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (/^(?:\.|\/|node:|#)/.test(specifier)) return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/** The violations that no exception allows, and one for each exception that allows nothing. */
export function withExceptions(violations: readonly Violation[], exceptions: readonly Exception[]): Violation[] {
  const allowed = new Set(exceptions.map(({ subject }) => subject));
  const found = new Set(violations.map(({ subject }) => subject));
  const stale = exceptions.filter(({ subject }) => !found.has(subject));
  return [
    ...violations.filter(({ subject }) => !allowed.has(subject)),
    ...stale.map(({ subject }) => ({
      subject,
      message: `walls.ts has an exception for "${subject}", which is no longer needed. Delete the exception.`,
    })),
  ];
}
