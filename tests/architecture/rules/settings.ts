import { posix } from 'node:path';
import { isProduct, isWithin, type Repository, type Violation } from '../model/repository.js';

interface Places {
  readonly table: string;
  readonly deployments: readonly string[];
}

/**
 * Every setting that `reader` reads has a row in the manual's table and stands in each deployment, or in an environment file that it hands to a
 * service; neither the table nor such a file has others.
 */
export function checkSettings(
  repository: Repository,
  reader: string,
  { table, deployments }: Places,
  errorCodes: ReadonlySet<string>,
): Violation[] {
  const settings = readSettings(repository, reader, errorCodes);
  if (settings.size === 0) return [{ subject: reader, message: `${reader} reads no setting: tell the rule how it does.` }];
  const rows = tableRows(repository.texts.get(table) ?? '');
  const handedOn = new Map(deployments.map((path) => [path, namesHandedOn(repository, path)]));
  return [
    ...[...settings].flatMap(([name, place]) => [
      ...(rows.has(name) ? [] : [violation(table, name, `${name} (${place}) has no row in the table "Settings" of ${table}. Add one.`)]),
      ...deployments
        .filter((path) => !hasKey(repository.texts.get(path) ?? '', name) && !handedOn.get(path)!.has(name))
        .map((path) =>
          violation(
            path,
            name,
            `${name} (${place}) is not in ${path}, nor in its environment files. Add it to those of the services that read it.`,
          ),
        ),
    ]),
    ...[...new Map([...handedOn.values()].flatMap((names) => [...names]))]
      .filter(([name]) => !settings.has(name))
      .map(([name, path]) => violation(path, name, `${path} hands on ${name}, which ${reader} does not read. Delete the line.`)),
    ...[...rows]
      .filter((name) => !settings.has(name))
      .map((name) => violation(table, name, `${table} has a row for ${name}, which ${reader} does not read. Delete the row.`)),
  ];
}

function violation(place: string, name: string, message: string): Violation {
  return { subject: `${place} ${name}`, message };
}

/** Names in capitals that are the first argument of a call, such as `read.text('DATA_DIR')`, each with where it is read. */
function readSettings({ sources }: Repository, reader: string, errorCodes: ReadonlySet<string>): Map<string, string> {
  const files = [...sources.values()].filter(({ path }) => isWithin(path, reader) && isProduct(path));
  return new Map(
    files.flatMap(({ path, firstArguments }) =>
      firstArguments
        .filter(({ text }) => /^[A-Z][A-Z0-9_]{2,}$/.test(text) && !errorCodes.has(text))
        .map(({ text, line }): [string, string] => [text, `${path}:${line}`]),
    ),
  );
}

/** The names in the first column of the tables below the heading "Settings". */
function tableRows(manual: string): Set<string> {
  const section = /^#{1,2} Settings\n(.*?)(?=^## )/ms.exec(`${manual}\n## `)?.[1] ?? '';
  const cells = [...section.matchAll(/^\|([^|]*)\|/gm)].map(([, cell = '']) => cell);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name = '']) => name)));
}

/** The names in the environment files of a deployment's services, each with the file. */
function namesHandedOn({ texts }: Repository, deployment: string): Map<string, string> {
  const files = [...(texts.get(deployment) ?? '').matchAll(/^\s*env_file: (\S+)$/gm)];
  return new Map(
    files.flatMap(([, file = '']) => {
      const path = posix.join(posix.dirname(deployment), file);
      return [...(texts.get(path) ?? '').matchAll(/^([A-Z][A-Z0-9_]*)$/gm)].map(([, name = '']): [string, string] => [name, path]);
    }),
  );
}

/** `NAME: …` or `NAME_FILE: …`, as an environment has it; comments do not count, nor does `${NAME:-}`. */
function hasKey(compose: string, name: string): boolean {
  return new RegExp(String.raw`^(?:[^#\n]*(?:[\s,'"]|(?<!\$)\{))?${name}(?:_FILE)?['"]?\s*[:=]`, 'm').test(compose);
}
