import type { Attempt, LoaderPlace } from './loader-place.js';

/** A promise that a kind of target cannot break; the reason stands in the name of the skipped test. */
export interface Skip {
  readonly skip: string;
}

export const isSkip = (value: object): value is Skip => 'skip' in value;

/** `why` of a skipped test, to be put before its name. */
export const reasonOf = (value: object): string => (isSkip(value) ? `[not for this kind: ${value.skip}] ` : '');

/** Named cases, or one that stands for all of them where they are skipped. */
export function casesOf<Case extends readonly [string, ...unknown[]]>(value: object, cases: readonly Case[]): readonly Case[] {
  return isSkip(value) ? cases.slice(0, 1).map((each) => ['all cases', ...each.slice(1)] as unknown as Case) : cases;
}

/** What `describeTarget` needs to know of one kind of target: how readers see it, and how it is disturbed. */
export interface TargetHarness {
  readonly place: LoaderPlace;
  /** The target's name in the registry. */
  readonly name: string;
  /** When readers see what was published. */
  readonly visibleAfter: 'commit' | 'finish';
  /** What readers see at one moment, as the text of a CSV file; null before the first publication. */
  read(): Promise<string | null>;
  /** What lies at the place besides the published summary, also what only the attempt can see. */
  leftovers(attempt: Attempt): Promise<readonly string[]>;
  /** Whether it says what publishing would change. */
  readonly compares: object | Skip;
  /** Whether it looks at rows and sums, not only at bytes. */
  readonly checksRows: object | Skip;
  /** Has the target store something else than what is published, from now on. Returns how to end that. */
  readonly distort: (() => Promise<() => Promise<void>>) | Skip;
  /** Ends the attempt's connection on the server's side. */
  readonly disconnect: ((attempt: Attempt) => Promise<void>) | Skip;
}
