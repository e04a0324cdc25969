import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError } from '@retail-etl/contracts';
import { type Engine, openEngine } from '@retail-etl/duckdb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SharedMemory } from '../src/shared-memory.js';

let dir: string;
let engine: Engine;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'retail-etl-memory-'));
  engine = await openEngine(dir);
});

afterAll(async () => {
  engine.close();
  await rm(dir, { recursive: true, force: true });
});

const exhausted = (): EtlError => new EtlError('MEMORY_EXHAUSTED', 'no room');

async function threads(): Promise<number> {
  const connection = await engine.connect();
  const reader = await connection.runAndReadAll("SELECT current_setting('threads')::INTEGER");
  connection.closeSync();
  return Number(reader.getRows()[0]![0]);
}

test('what finds no room is done again with nothing beside it, and what comes meanwhile waits', async () => {
  const memory = new SharedMemory(engine);
  const running = new Set<string>();
  const seen: string[] = [];
  const work =
    (name: string, findsRoom: boolean, ms: number) =>
    async (isAlone: boolean): Promise<string> => {
      running.add(name);
      seen.push([...running].sort().join('+') + (isAlone ? ' alone' : ''));
      await sleep(ms);
      running.delete(name);
      if (!findsRoom && !isAlone) throw exhausted();
      return name;
    };
  const both = [memory.run(work('a', false, 20)), memory.run(work('b', false, 40))];
  await sleep(30);
  const later = memory.run(work('c', true, 10));
  expect(await Promise.all([...both, later])).toEqual(['a', 'b', 'c']);
  expect(seen).toEqual(['a', 'a+b', 'a alone', 'b alone', 'c']);
});

test("a second failure, and any other, is the caller's", async () => {
  const memory = new SharedMemory(engine);
  let calls = 0;
  const failing = (): Promise<never> => {
    calls += 1;
    return Promise.reject(exhausted());
  };
  await expect(memory.run(failing)).rejects.toMatchObject({ code: 'MEMORY_EXHAUSTED' });
  expect(calls).toBe(2);
  await expect(memory.run(() => Promise.reject(new Error('other')))).rejects.toThrow('other');
  expect(await memory.run(() => Promise.resolve(1))).toBe(1);
});

test('what is done alone is done in one thread, and the engine has its threads again afterwards', async () => {
  const memory = new SharedMemory(engine);
  const before = await threads();
  const seen: number[] = [];
  await memory.run(async (isAlone) => {
    seen.push(await threads());
    if (!isAlone) throw exhausted();
  });
  const failing = memory.run(async () => {
    seen.push(await threads());
    throw exhausted();
  });
  await expect(failing).rejects.toMatchObject({ code: 'MEMORY_EXHAUSTED' });
  expect(seen).toEqual([before, 1, before, 1]);
  expect(await threads()).toBe(before);
});
