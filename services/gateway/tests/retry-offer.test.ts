import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, RUN_STATES, type RunState } from '@retail-etl/contracts';
import { EMPTY_FINDINGS, type RunList, type RunReport } from '@retail-etl/sales';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWorld, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { forgetRuns, trigger } from './support/triggers.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await forgetRuns(world);
  await world.mysql.query('UPDATE etl_published SET seq = 0, run_id = NULL');
});

/** A run that is in this state, whatever brought it there. */
async function runIn(state: RunState, error: EtlError | null = null): Promise<string> {
  const { id } = await trigger(gateway, {});
  const findings = { ...EMPTY_FINDINGS, error: error?.toRecord('extract') ?? null };
  // In one statement with the slot, or the sweep would start it in between.
  await world.mysql.query(
    'UPDATE etl_runs, etl_slot SET state = ?, report = ?, finished_at = UTC_TIMESTAMP(3), etl_slot.seq = 0 WHERE run_id = ?',
    [state, JSON.stringify(findings), id],
  );
  return id;
}

async function publishNewer(): Promise<void> {
  await world.mysql.query("UPDATE etl_published SET seq = (SELECT MAX(seq) + 1 FROM etl_runs), run_id = 'newer'");
}

async function stagePlan(id: string): Promise<void> {
  await mkdir(join(world.dataDir, 'staging', id), { recursive: true });
  await writeFile(join(world.dataDir, 'staging', id, 'plan.json'), '{}');
}

/** What is offered, in the report and in the list, is what happens. */
async function expectOffer(id: string, refusal: string | null): Promise<void> {
  const report = (await (await gateway.api('GET', `/api/runs/${id}`)).json()) as RunReport;
  const list = (await (await gateway.api('GET', '/api/runs')).json()) as RunList;
  for (const shown of [report, list.runs.find((run) => run.id === id)])
    expect(shown).toMatchObject({ retryable: refusal === null, retryRefusal: refusal });
  const response = await gateway.api('POST', `/api/runs/${id}/retry`);
  if (refusal === null) {
    expect(response.status).toBe(202);
  } else {
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'RUN_STATE', message: `run ${id} cannot be retried: ${refusal}` });
  }
}

const changed = new EtlError('FILE_CHANGED', 'store.csv was changed while it was being read');

test.each(RUN_STATES.filter((state) => state !== 'failed'))('a run that is %s is offered no retry', async (state) => {
  await expectOffer(await runIn(state), `it is ${state}`);
});

test('a run that failed is offered one', async () => {
  await expectOffer(await runIn('failed', new EtlError('SUMMARY_EMPTY', 'nothing was accepted')), null);
});

test('not after a newer run was published', async () => {
  const id = await runIn('failed', new EtlError('SUMMARY_EMPTY', 'nothing was accepted'));
  await publishNewer();
  await expectOffer(id, 'a newer run has been published since; start a new run');
});

test('not where it would meet the changed file again, because it keeps its plan', async () => {
  const id = await runIn('failed', changed);
  await stagePlan(id);
  await expectOffer(id, 'it keeps to the files that it has planned, and one of them has changed; start a new run');
});

test('but where it has no plan yet, or none any more: it would plan anew', async () => {
  await expectOffer(await runIn('failed', changed), null);
});

test('a plan alone keeps no run from its retry', async () => {
  const id = await runIn('failed', new EtlError('STAGED_CORRUPT', 'a chunk is damaged'));
  await stagePlan(id);
  await expectOffer(id, null);
});
