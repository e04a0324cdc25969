import { expect } from 'vitest';
import type { GatewayWorld, RunningGateway } from '../../../../tests/support/gateway-harness.js';

/** The gateway's answer to a trigger that it took. */
export interface Accepted {
  readonly id: string;
  readonly seq: number;
  readonly state: string;
  readonly url: string;
}

/** Triggers a run, which has to be accepted. */
export async function trigger(gateway: RunningGateway, body: unknown = {}, headers: Record<string, string> = {}): Promise<Accepted> {
  const response = await gateway.api('POST', '/api/runs', body, headers);
  expect(response.status).toBe(202);
  return (await response.json()) as Accepted;
}

interface LedgerRun {
  readonly run_id: string;
  readonly state: string;
  readonly trigger_kind: string;
  readonly epoch: number;
}

/** All runs as the ledger has them, the oldest first. */
export async function ledgerRuns(world: GatewayWorld): Promise<LedgerRun[]> {
  const [rows] = await world.mysql.query('SELECT run_id, state, trigger_kind, epoch FROM etl_runs ORDER BY seq');
  return rows as LedgerRun[];
}

/** Forgets every run, and frees the way for the next one. */
export async function forgetRuns(world: GatewayWorld): Promise<void> {
  await world.mysql.query('DELETE FROM etl_runs');
  await world.mysql.query('UPDATE etl_slot SET seq = NULL');
}
