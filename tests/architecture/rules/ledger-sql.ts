import { isProduct, isWithin, type Repository, type Violation } from '../model/repository.js';

const CREATED = /\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[`"]?(etl_\w+)/gi;
/** A table's place in a statement, followed by a name of the ledger's, even one that is put together: `FROM etl_${name}`. */
const ETL_IN_STATEMENT =
  /\b(?:FROM|JOIN|INTO|UPDATE|TABLE|TABLES|EXISTS|TRUNCATE|DESCRIBE|REFERENCES|,)\s+[`"]?(?:\w+[`"]?\.[`"]?)?etl_\w*/i;
/** What tells a statement from a sentence in which the same words occur. */
const STATEMENT = /\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|TRUNCATE|LOCK|REPLACE|WITH|DESCRIBE)\b/i;

interface Place {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Only the ledger holds SQL that names its tables, or their names, from which SQL could be put together. */
export function checkLedgerSql(repository: Repository, ledger: string): Violation[] {
  const places = [...codeTexts(repository), ...sqlFiles(repository)];
  const own = places.filter(({ path }) => isWithin(path, ledger));
  const tables = new Set(own.flatMap(({ text }) => [...text.matchAll(CREATED)].map(([, table = '']) => table.toLowerCase())));
  if (tables.size === 0)
    return [{ subject: ledger, message: `${ledger} creates no table etl_…: tell LEDGER in walls.ts where they are made.` }];
  return places
    .filter(({ path }) => !isWithin(path, ledger))
    .flatMap(({ path, line, text }) => {
      const table = namedTable(text, tables);
      if (table === undefined) return [];
      return [
        {
          subject: path,
          message: `${path}:${line} names the ledger's table ${table}; only ${ledger} may. Add a function there that does what this SQL does.`,
        },
      ];
    });
}

function namedTable(text: string, tables: ReadonlySet<string>): string | undefined {
  const named = [...text.matchAll(/\betl_\w+\b/gi)].map(([name]) => name.toLowerCase()).find((name) => tables.has(name));
  if (named !== undefined) return named;
  return STATEMENT.test(text) ? /etl_\w*/i.exec(ETL_IN_STATEMENT.exec(text)?.[0] ?? '')?.[0] : undefined;
}

function codeTexts({ sources }: Repository): Place[] {
  return [...sources.values()]
    .filter(({ path }) => isProduct(path))
    .flatMap(({ path, strings }) => strings.map(({ line, text }) => ({ path, line, text })));
}

function sqlFiles({ texts }: Repository): Place[] {
  return [...texts]
    .filter(([path]) => path.endsWith('.sql') && !path.startsWith('tests/'))
    .map(([path, text]) => ({ path, line: 1, text: text.replace(/--.*$/gm, '') }));
}
