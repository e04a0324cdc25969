import type { ParseResult } from 'vite';
import type { Export, Import } from './source-file.js';

type LineOf = (offset: number) => number;
type Module = ParseResult['module'];

interface ModuleRecord {
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  readonly starExports: readonly string[];
}

/** What a file imports and exports by `import`, `export`, `import()`, and `import('…')` in a JSDoc comment. */
export function readModuleRecord(parsed: ParseResult, text: string, lineOf: LineOf): ModuleRecord {
  const entries = parsed.module.staticExports.flatMap((statement) => statement.entries);
  return {
    imports: [
      ...staticImports(parsed.module, lineOf),
      ...reExports(parsed.module, lineOf),
      ...dynamicImports(parsed.module, text, lineOf),
      ...commentImports(parsed, lineOf),
    ],
    exports: entries.flatMap((entry): Export[] => {
      const name = entry.exportName.kind === 'Default' ? 'default' : entry.exportName.name;
      if (name === null) return [];
      const line = lineOf(entry.start);
      if (entry.moduleRequest === null) return [{ name, line, isType: entry.isType }];
      return [{ name, line, isType: entry.isType, from: { specifier: entry.moduleRequest.value, name: entry.importName.name ?? '*' } }];
    }),
    starExports: entries
      .filter((entry) => entry.importName.kind === 'AllButDefault')
      .flatMap((entry) => (entry.moduleRequest === null ? [] : [entry.moduleRequest.value])),
  };
}

function staticImports(module: Module, lineOf: LineOf): Import[] {
  return module.staticImports.map(({ moduleRequest, entries, start }) => ({
    specifier: moduleRequest.value,
    line: lineOf(start),
    typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
    names: entries.some(({ importName }) => importName.kind === 'NamespaceObject')
      ? 'all'
      : entries.map(({ importName }) => importName.name ?? 'default'),
  }));
}

/** `export … from` imports, too. The names count as used only once somebody imports them from here, so none are given. */
function reExports(module: Module, lineOf: LineOf): Import[] {
  return module.staticExports.flatMap(({ entries, start }) => {
    const specifier = entries[0]?.moduleRequest?.value;
    if (specifier === undefined) return [];
    return [{ specifier, line: lineOf(start), typeOnly: entries.every(({ isType }) => isType), names: [] }];
  });
}

function dynamicImports(module: Module, text: string, lineOf: LineOf): Import[] {
  return module.dynamicImports.flatMap(({ moduleRequest, start }): Import[] => {
    const specifier = /^(['"`])([^$]*)\1$/s.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[2];
    return specifier === undefined ? [] : [{ specifier, line: lineOf(start), typeOnly: false, names: 'all' }];
  });
}

/** JavaScript names its types in comments: `@param {import('…').Engine} engine`. */
function commentImports({ comments }: ParseResult, lineOf: LineOf): Import[] {
  return comments.flatMap(({ value, start }) =>
    [...value.matchAll(/\bimport\(['"]([@\w./-]+)['"]\)(?:\.(\w+))?/g)].map(({ 1: specifier = '', 2: name }) => ({
      specifier,
      line: lineOf(start),
      typeOnly: true,
      names: name === undefined ? ('all' as const) : [name],
    })),
  );
}
