import { EtlError } from '@retail-etl/contracts';
import {
  checkGatewayConfig,
  checkSchedule,
  errorOfFlow,
  isPublicAddress,
  judgeBoardChange,
  networkOf,
  safeNext,
  spreadsheetSafe,
} from '@retail-etl/gateway';
import type { JobFailure } from '@retail-etl/queue';
import { expect, test } from 'vitest';
import { defaults } from '../../../tests/support/gateway-harness.js';

test.each([
  ['* * * * * *', 'UTC', 'five fields'],
  ['@daily', 'UTC', 'five fields'],
  ['H H * * *', 'UTC', 'five fields'],
  ['61 0 * * *', 'UTC', '61'],
  ['0 0 30 2 *', 'UTC', '0 0 30 2 *'],
  ['0 0 * * *', 'Mars/Olympus', 'Mars/Olympus'],
  ['0 0 * * *', '+02:00', '+02:00'],
])('cron %s in %s is refused by name', (cron, tz, word) => {
  expect(() => checkSchedule(cron, tz)).toThrow(word);
});

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['224.0.0.1', false],
  ['::1', false],
  ['::', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['::ffff:10.0.0.1', false],
  ['64:ff9b::a00:1', false],
  ['2002:7f00:1::', false],
])('%s is public: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

test.each([
  [{ scheduleCron: '99 * * * *' }, '99'],
  [{ scheduleCron: '0 0 * * *', scheduleTz: 'Mars/Olympus' }, 'Mars/Olympus'],
  [{ smtpUrl: 'smtp://127.0.0.1' }, 'ALERT_EMAIL_FROM'],
])('a configuration with %j is refused', (config, word) => {
  expect(() => checkGatewayConfig({ ...defaults('redis://localhost', 'mysql://localhost/x', '/data'), ...config })).toThrow(word);
});

const RUN = '20260101T000000-abcdef';

/** A failed job as BullMQ leaves it when nobody recorded anything. */
const failure = (jobId: string, of: Partial<JobFailure>): JobFailure => ({
  jobId: `${RUN}.1.${jobId}`,
  step: jobId.split('.')[0] as JobFailure['step'],
  record: null,
  hasCrashed: false,
  text: '',
  ...of,
});
const changed = new EtlError('FILE_CHANGED', 'a.csv -> b.csv changed').toRecord('extract');
const childFailed = { text: `child {retail-etl}:transform:${RUN}.1.merge failed` };

test.each<[JobFailure[], object]>([
  [[failure('load', childFailed), failure('plan', { record: changed })], changed],
  [
    [failure('transform.c-1', { hasCrashed: true, text: 'job stalled more than allowable limit' }), failure('merge', childFailed)],
    { code: 'STEP_CRASHED', message: `${RUN}.1.transform.c-1: job stalled more than allowable limit`, stage: 'transform' },
  ],
  [
    [failure('plan', { text: 'some text' }), failure('merge', { hasCrashed: true, text: 'job started more than allowable limit' })],
    { code: 'STEP_CRASHED', message: `${RUN}.1.merge: job started more than allowable limit`, stage: 'transform' },
  ],
  [
    [failure('merge', { text: '[FILE_CHANGED] x -> y' })],
    { code: 'STEP_FAILED', message: `${RUN}.1.merge: [FILE_CHANGED] x -> y`, stage: 'transform' },
  ],
  [[], { code: 'STEP_FAILED', message: `a job of run ${RUN}: no reason was given`, stage: null }],
])('of %j the error is %j', (failures, expected) => {
  expect(errorOfFlow(RUN, failures)).toMatchObject(expected);
});

test.each([
  ['/queues/queue/runs?page=2', '/queues/queue/runs?page=2'],
  ['/', '/'],
  [undefined, '/'],
  ['runs', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/..//evil.example', '/'],
  ['/a/..//evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['https://evil.example', '/'],
  [`/${'a'.repeat(600)}`, '/'],
])('after the log-in %s leads to %s', (next, expected) => {
  expect(safeNext(next)).toBe(expected);
});

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['\rx', "'\rx"],
  ['\nx', "'\nx"],
  [' =1+1', "' =1+1"],
  [' \u00a0\u3000@SUM(A1)', "' \u00a0\u3000@SUM(A1)"],
  ['\u200b\ufeff-1', "'\u200b\ufeff-1"],
  ['\u0000\u0001=1', "'\u0000\u0001=1"],
  ['\r\n=1', "'\r\n=1"],
  ['＝1+1', "'＝1+1"],
  ['＋1', "'＋1"],
  ['－1', "'－1"],
  ['＠SUM(A1)', "'＠SUM(A1)"],
  [' \t＝1', "' \t＝1"],
  ['﹢1', "'﹢1"],
  ['−1', "'−1"],
  [' a=1', ' a=1'],
  ['1-1', '1-1'],
  ['a\n', 'a\n'],
  ['a=1', 'a=1'],
  ['', ''],
  [null, ''],
])('the cell %j is written as %j', (cell, expected) => {
  expect(spreadsheetSafe(cell)).toBe(expected);
});

test.each([
  ['runs', '/api/queues/:queueName/add', 'allow'],
  ['load', '/api/queues/:queueName/add', 'added by the run itself'],
  ['extract', '/api/queues/:queueName/:jobId/retry', 'retry-run'],
  ['runs', '/api/queues/:queueName/:jobId/retry', 'allow'],
  ['load', '/api/queues/:queueName/pause', 'allow'],
  ['load', '/api/queues/:queueName/obliterate', 'out of step'],
  ['runs', '/api/queues/:queueName/obliterate', 'out of step'],
  ['transform', '/api/queues/:queueName/:jobId/update-data', 'out of step'],
  ['transform', '/api/queues/:queueName/retry/:queueStatus', 'retry one failed job'],
  ['runs', '/api/queues/:queueName/job-schedulers/:schedulerId/remove', '/api/schedules'],
  ['runs', '/api/something/of/a/later/version', 'out of step'],
])('on the board, %s %s: %s', (queue, route, expected) => {
  const verdict = judgeBoardChange({ method: 'PUT', route, queue });
  expect(verdict instanceof Error ? verdict.message : verdict).toContain(expected);
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:50123', '203.0.113.7'],
  ['[2001:db8:1:2::7]:50123', '2001:db8:1:2'],
  ['[2001:db8:1:2::7]', '2001:db8:1:2'],
  ['2001:DB8:1:2:aaaa:bbbb:cccc:dddd', '2001:db8:1:2'],
  ['2001:db8:1:2::7', '2001:db8:1:2'],
  ['2001:db8::7', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('log-ins from %s are counted for %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test.each([
  ['/etl/runs?page=2', '/runs?page=2'],
  ['/etl/', '/'],
  ['/etl', '/'],
  ['/runs', '/'],
  ['/etlx/runs', '/'],
  ['/etl/../shop', '/'],
  ['/etl//evil.example', '/'],
  ['//evil.example/etl/', '/'],
  ['https://evil.example/etl/', '/'],
])('below /etl/, after the log-in %s leads to %s of the gateway', (next, expected) => {
  expect(safeNext(next, '/etl/')).toBe(expected);
});
