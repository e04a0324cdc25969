import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError } from '@retail-etl/contracts';
import { expect, test } from 'vitest';
import { SharedMemory } from '../src/shared-memory.js';

const exhausted = (): EtlError => new EtlError('MEMORY_EXHAUSTED', 'no room');

test('what finds no room is done again with nothing beside it, and what comes meanwhile waits', async () => {
  const memory = new SharedMemory();
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
  const memory = new SharedMemory();
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
