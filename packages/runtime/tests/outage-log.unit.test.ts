import { JobSetAside } from '@retail-etl/queue';
import { outageLog } from '@retail-etl/runtime';
import { pino } from 'pino';
import { expect, test } from 'vitest';

function logged(errors: readonly Error[]): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  const write = outageLog(pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(JSON.parse(line)) }));
  for (const error of errors) write(error);
  return lines;
}

test('errors of one kind are one line', () => {
  const lines = logged([new Error('connect ECONNREFUSED'), new Error('read ECONNRESET'), new Error('NOAUTH Authentication required.')]);
  expect(lines.map(({ code }) => code)).toEqual(['REDIS_UNAVAILABLE', 'REDIS_ACCESS']);
});

test('each job that was set aside is a line of its own, with queue, job and field', () => {
  const aside = (id: string) =>
    new JobSetAside({
      queue: 'load',
      id,
      field: 'data',
      problem: 'is not JSON: "{"',
      from: 'wait',
      keptAt: `{retail-etl}:set-aside:load:${id}`,
    });
  const lines = logged([aside('7'), aside('8'), aside('x'.repeat(5_000))]);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatchObject({
    level: 50,
    code: 'JOB_UNREADABLE',
    queue: 'load',
    job: '7',
    field: 'data',
    from: 'wait',
    keptAt: '{retail-etl}:set-aside:load:7',
    msg: '"7" on queue load is set aside: data is not JSON: "{"',
  });
  expect(String(lines[0]?.['remedy'])).toContain('retry it');
  expect(JSON.stringify(lines[2]).length).toBeLessThan(6_500);
});
