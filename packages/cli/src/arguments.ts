import { parseArgs, type ParseArgsConfig } from 'node:util';
import { StackProblem } from '@retail-etl/setup';

type Options = NonNullable<ParseArgsConfig['options']>;

interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/** Parses arguments. Throws a problem USAGE for what is not known. */
export function parseCommand(command: string, args: readonly string[], options: Options): Parsed {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    return { values: values as Parsed['values'], positionals };
  } catch (error) {
    // Node's own text says what is wrong, and then in two more sentences how to write a file of such a name.
    throw wrongUse(command, (error as Error).message.split('. ')[0]!);
  }
}

export function wrongUse(command: string, message: string): StackProblem {
  return new StackProblem('USAGE', message, `"retail-etl ${command} --help" tells what is possible.`);
}

/** `--write` may stand alone: a path follows it only if it ends as one. */
export function withWritePath(args: readonly string[]): { readonly args: string[]; readonly write: string | true | undefined } {
  const at = args.findIndex((arg) => arg === '--write' || arg.startsWith('--write='));
  if (at === -1) return { args: [...args], write: undefined };
  const [, own] = /^--write=(.+)$/.exec(args[at]!) ?? [];
  const next = args[at + 1];
  const hasNext = own === undefined && next !== undefined && /\.ya?ml$/i.test(next);
  return { args: args.filter((_, index) => index !== at && !(hasNext && index === at + 1)), write: own ?? (hasNext ? next : true) };
}
