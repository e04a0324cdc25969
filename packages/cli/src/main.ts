import { dropDriverVariables } from '@retail-etl/config';
import { reportFailure, say, StackProblem } from '@retail-etl/setup';
import { NoProposal } from '@retail-etl/inspecting';
import { check } from './check/check-command.js';
import { EXIT_CODES } from './exit-codes.js';
import { inspect } from './inspect/inspect-command.js';
import { USAGE, USAGES } from './usage.js';

const COMMANDS = { inspect, check } as const;
const isCommand = (name: string): name is keyof typeof COMMANDS => Object.hasOwn(COMMANDS, name);

/** `retail-etl …`: resolves to the exit code. */
export async function runCommand([name = '', ...args]: readonly string[]): Promise<number> {
  dropDriverVariables();
  const wantsHelp = [name, ...args].some((arg) => arg === '--help' || arg === '-h');
  if (wantsHelp) {
    say(isCommand(name) ? USAGES[name] : USAGE);
    return EXIT_CODES.done;
  }
  try {
    if (isCommand(name)) return await COMMANDS[name](args);
    throw new StackProblem(
      'USAGE',
      name === '' ? 'a command is missing' : `there is no command "${name}"`,
      'Use inspect or check; "retail-etl --help" tells more.',
    );
  } catch (error) {
    reportFailure(error instanceof NoProposal ? asProblem(error) : error);
    return error instanceof StackProblem && error.code === 'USAGE' ? EXIT_CODES.wrongUse : EXIT_CODES.failed;
  }
}

function asProblem(error: NoProposal): StackProblem {
  return new StackProblem(
    'NO_PROPOSAL',
    error.message,
    'Write the source by hand (docs/sources.md tells each key), or correct what the message names and try again.',
    { cause: error },
  );
}
