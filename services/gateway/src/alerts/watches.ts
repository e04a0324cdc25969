import { type AlertChannel, readDatabaseTime, recordWatches, type Watch } from '@retail-etl/ledger';
import type { GatewayDeps } from '../deps.js';

/** Rejects above another ratio are another thing to watch for: a lower one must not tell of yesterday's runs. */
export function rejectsWatch(channel: AlertChannel, warnRejectRatio: number): Watch & { readonly kind: 'rejects' } {
  return { kind: 'rejects', channel, detail: String(warnRejectRatio) };
}

/**
 * What records, once it has worked, which alerts this gateway is configured for: only what happens after an alert was first configured is told.
 * Done once a start: while gateways of an old and a new configuration overlap, the one that started last is right.
 */
export function watchRecorder(deps: Pick<GatewayDeps, 'config' | 'database'>, channels: readonly AlertChannel[]): () => Promise<void> {
  const { warnRejectRatio } = deps.config;
  const startedAtMs = performance.now();
  const watches = channels.flatMap((channel): Watch[] => [
    { kind: 'failed', channel },
    { kind: 'set_aside', channel },
    { kind: 'missed', channel },
    ...(warnRejectRatio === undefined ? [] : [rejectsWatch(channel, warnRejectRatio)]),
  ]);
  const record = async (): Promise<void> => {
    // MySQL may be away at first, so the time of the start counts, not that of the record. What the answer took makes it a little earlier,
    // never later: nothing that ends after the start may stay untold.
    const now = await readDatabaseTime(deps.database);
    await recordWatches(deps.database, watches, new Date(now.getTime() - (performance.now() - startedAtMs)));
  };
  let recorded: Promise<void> | undefined;
  return () => {
    recorded ??= record().catch((error: unknown) => {
      recorded = undefined;
      throw error;
    });
    return recorded;
  };
}
