import { EtlError } from '@retail-etl/contracts';

/**
 * Who asks for a log-in, from the one that goes first to the one that gives way: an account at an address it is known to sign in from, an
 * account there is, a name there is not. So nobody who makes up names, or tries from everywhere, keeps a user out.
 */
const RANKS = ['known', 'user', 'stranger'] as const;
export type Rank = (typeof RANKS)[number];

interface Waiting {
  readonly rank: number;
  readonly begin: () => void;
  readonly refuse: (error: Error) => void;
}

const busy = (): EtlError => new EtlError('RATE_LIMITED', 'too many log-ins are being checked just now');

/**
 * Lets `runningMax` works run at once and `waitingMax` more wait, by rank and then in order. When all places are taken, the last of a lower
 * rank gives way; otherwise the newcomer is refused. Both refusals are RATE_LIMITED.
 */
export function hashingTurns(runningMax: number, waitingMax: number): <T>(rank: Rank, work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const queue: Waiting[] = [];

  const enqueue = (rank: number): Promise<void> =>
    new Promise((begin, refuse) => {
      if (queue.length >= waitingMax) {
        // The queue is sorted, so its end is the lowest rank there is.
        if ((queue.at(-1)?.rank ?? 0) <= rank) return refuse(busy());
        queue.pop()?.refuse(busy());
      }
      const after = queue.findIndex((each) => each.rank > rank);
      queue.splice(after === -1 ? queue.length : after, 0, { rank, begin, refuse });
    });

  return async (rank, work) => {
    if (running >= runningMax) await enqueue(RANKS.indexOf(rank));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes straight to the next one that waits, so nobody slips in between.
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next.begin();
    }
  };
}
