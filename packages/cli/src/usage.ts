export const USAGE = `retail-etl inspect FILE...   proposes a source for sources.yaml by what the files begin with
retail-etl check             looks whether a run could read all sources, and write all targets

"retail-etl COMMAND --help" tells more. docs/cli.md explains both.`;

export const USAGES = {
  inspect: `retail-etl inspect FILE... [--name NAME] [--write [PATH.yaml]] [--json]

Reads the first 4 MiB of each text (.csv, .txt, .gz) and the first rows of each workbook (.xlsx),
proposes one source for all of them, and tries it as a run would. The proposal goes to standard
output. The rows that were tried, and what is not sure, go to standard error. At a terminal it asks
what the files leave open.

  --name NAME          of the source; default: made of the name of the first file
  --write [PATH.yaml]  writes the proposal, or adds it to the sources that are declared there;
                       default: DATA_DIR/sources.yaml
  --json               one JSON object on standard output instead, and no questions

Exit codes: 0 sure, 1 no proposal or a file that cannot be read by it, 2 wrong use,
3 a decision is open: the likelier way is written, the other is a comment.`,
  check: `retail-etl check [--json]

Validates sources.yaml (SOURCES_FILE, or DATA_DIR/sources.yaml; without one the built-in sources),
and tries the beginning of every file in DATA_DIR/input as a run would. POSTGRES_URL is needed if a
source is a table. The summary tables are looked at if MYSQL_URL is set. Nothing is changed.

  --json  one JSON object instead of text

Exit codes: 0 a run could read all, 1 it could not, 2 wrong use.`,
} as const;
