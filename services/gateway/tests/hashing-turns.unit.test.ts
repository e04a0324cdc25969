import { hashingTurns } from '@retail-etl/gateway';
import { expect, test } from 'vitest';

/** Works that end when they are told, in the order in which they began. */
function works(inTurn: ReturnType<typeof hashingTurns>) {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const refused: string[] = [];
  const ask = (rank: 'known' | 'user' | 'stranger', name: string): Promise<void> =>
    inTurn(rank, () => {
      begun.push(name);
      return new Promise<void>((end) => ends.push(end));
    }).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'RATE_LIMITED' });
      refused.push(name);
    });
  const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return { begun, ends, refused, ask, settle };
}

test('those who wait go by rank and then in order, and strangers give way when the places are taken', async () => {
  const { begun, ends, refused, ask, settle } = works(hashingTurns(1, 3));
  const all = [ask('stranger', 's1'), ask('stranger', 's2'), ask('stranger', 's3'), ask('stranger', 's4'), ask('stranger', 's5')];
  await settle();
  expect(refused).toEqual(['s5']);
  all.push(ask('user', 'u1'), ask('known', 'k1'), ask('user', 'u2'));
  await settle();
  expect(refused).toEqual(['s5', 's4', 's3', 's2']);
  all.push(ask('stranger', 's6'), ask('user', 'u3'), ask('known', 'k2'));
  await settle();
  expect(refused).toEqual(['s5', 's4', 's3', 's2', 's6', 'u3', 'u2']);
  for (let index = 0; index < 4; index += 1) {
    ends[index]?.();
    await settle();
  }
  expect(begun).toEqual(['s1', 'k1', 'k2', 'u1']);
  await Promise.all(all);
  // All places are free again.
  const last = ask('stranger', 's7');
  await settle();
  ends.at(-1)?.();
  await last;
  expect(begun.at(-1)).toBe('s7');
});

test('no more than the given number run at once, and a work that fails frees its place', async () => {
  const inTurn = hashingTurns(2, 50);
  let running = 0;
  let most = 0;
  const work = async (fails: boolean): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => void setImmediate(resolve));
    running -= 1;
    if (fails) throw new Error('failed');
  };
  const results = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => inTurn('user', () => work(index % 3 === 0))));
  expect(most).toBe(2);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(14);
});
