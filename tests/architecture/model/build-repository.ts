import { posix } from 'node:path';
import { parseSource } from './parse-source.js';
import type { Repository, Workspace } from './repository.js';

const CODE = /\.(?:ts|tsx|mts|cts|js|mjs|cjs|jsx)$/;
const MANIFEST = /^(?:((?:packages|services)\/[^/]+)\/)?package\.json$/;

interface Manifest {
  readonly name?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A repository of the given files: text by path below the root. Throws if a file that is code or JSON cannot be parsed. */
export function buildRepository(files: ReadonlyMap<string, string>): Repository {
  const isCode = ([path]: [string, string]): boolean => CODE.test(path);
  const entries = [...files];
  return {
    sources: new Map(entries.filter(isCode).map(([path, text]) => [path, parseSource(path, text)])),
    texts: new Map(entries.filter((entry) => !isCode(entry))),
    workspaces: entries.flatMap(([path, text]) => {
      const match = MANIFEST.exec(path);
      return match === null ? [] : [readWorkspace(match[1] ?? '', text, files)];
    }),
  };
}

function readWorkspace(folder: string, text: string, files: ReadonlyMap<string, string>): Workspace {
  const manifest = JSON.parse(text) as Manifest;
  const config = files.get(posix.join(folder, 'tsconfig.json'));
  const references = config === undefined ? undefined : ((JSON.parse(config) as { references?: { path: string }[] }).references ?? []);
  return {
    name: manifest.name ?? folder,
    folder,
    dependencies: new Set(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies })),
    devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
    scripts: Object.values(manifest.scripts ?? {}).join('\n'),
    references: references?.map(({ path }) => posix.join(folder, path)),
  };
}
