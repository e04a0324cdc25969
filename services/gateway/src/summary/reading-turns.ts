import { EtlError } from '@retail-etl/contracts';

/** Summaries are read one after another, because each takes a DuckDB of its own; so many may wait for their turn. */
const WAITING_MAX = 20;
let waiting = 0;
let lastTurn: Promise<unknown> = Promise.resolve();

/** Waits for its turn to read. Throws RATE_LIMITED when too many wait. */
export async function inTurn<T>(read: () => Promise<T>): Promise<T> {
  if (waiting >= WAITING_MAX) throw new EtlError('RATE_LIMITED', `${WAITING_MAX} readings of summaries wait already`);
  waiting += 1;
  const turn = lastTurn.then(read).finally(() => (waiting -= 1));
  lastTurn = turn.catch(() => undefined);
  return turn;
}
