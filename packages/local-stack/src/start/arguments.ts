import { StackProblem } from '@retail-etl/setup';

export interface StartArguments {
  /** Run once, then stop; exit 0 only if that run was published. */
  readonly once: boolean;
}

export function parseStartArguments(args: readonly string[]): StartArguments {
  const unknown = args.filter((arg) => arg !== '--once');
  if (unknown.length > 0) {
    throw new StackProblem('USAGE', `npm start does not know ${unknown.join(' ')}`, 'Use "npm start" or "npm start -- --once".');
  }
  return { once: args.includes('--once') };
}
