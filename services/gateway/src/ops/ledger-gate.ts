import { EtlError, type ErrorCode } from '@retail-etl/contracts';
import { checkLedger, readPublished } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import type { FastifyInstance } from 'fastify';

/** MySQL answers, but its ledger is not of this version. */
const CODES: ReadonlySet<ErrorCode> = new Set(['LEDGER_OLDER', 'LEDGER_NEWER']);

export function isOtherLedger(error: unknown): boolean {
  return error instanceof EtlError && CODES.has(error.code);
}

/** Keeps the gateway from working on a ledger that is not of its version. */
export interface LedgerGate {
  /**
   * Returns at once if the ledger has been of this version before, else looks at it. A later change does not shut the gate: a release
   * changes the ledger so that services of the one before it can go on. Throws what `checkLedger` throws.
   */
  pass(): Promise<void>;
  /** Asks the ledger in any case, to find out whether it can be reached. */
  look(): Promise<void>;
}

export function openLedgerGate(database: Database): LedgerGate {
  let seen = false;
  const pass = async (): Promise<void> => {
    if (seen) return;
    await checkLedger(database);
    seen = true;
  };
  return {
    pass,
    async look() {
      if (seen) await readPublished(database);
      else await pass();
    },
  };
}

/** Answers the API's requests with LEDGER_OLDER or LEDGER_NEWER until the gate has opened. A server that is away is for the routes to say. */
export function refuseOtherLedger(app: FastifyInstance, { ledger }: { readonly ledger: LedgerGate }): void {
  app.addHook('preHandler', async (request) => {
    if (!request.url.startsWith('/api/')) return;
    await ledger.pass().catch((error: unknown) => {
      if (isOtherLedger(error)) throw error;
    });
  });
}
