import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkLedgerSql } from './ledger-sql.js';

const LEDGER = {
  'packages/ledger/src/schema.ts': 'export const A = `CREATE TABLE IF NOT EXISTS etl_runs (id INT)`;',
  'packages/ledger/migrations/002.sql': 'CREATE TABLE `etl_files` (id INT);',
};
const check = (files: Record<string, string>): string[] => messagesOf(checkLedgerSql(madeUp({ ...LEDGER, ...files }), 'packages/ledger'));

test.each([
  ["db.select('SELECT id FROM etl_runs')", 'etl_runs'],
  ['db.select(`SELECT id FROM x JOIN etl_files f USING (id)`)', 'etl_files'],
  ["const TABLE = 'etl_runs'", 'etl_runs'],
  ['db.execute(`UPDATE etl_${name} SET a = 1`)', 'etl_'],
  ['db.execute(`DELETE FROM \\`warehouse\\`.\\`etl_other\\``)', 'etl_other'],
  ["db.execute('update ETL_RUNS set a = 1')", 'etl_runs'],
])('%s is found', (text, table) => {
  expect(check({ 'services/loader/src/a.ts': text })).toEqual([
    expect.stringContaining(`names the ledger's table ${table}; only packages/ledger may`),
  ]);
});

test('SQL files are looked at as well', () => {
  expect(check({ 'packages/setup/sql/a.sql': '-- of etl_runs\nDROP TABLE etl_runs;' })).toHaveLength(1);
  expect(check({ 'packages/setup/sql/a.sql': '-- of etl_runs\nDROP TABLE other;' })).toEqual([]);
});

test('comments, metrics, cookies, users and tests pass', () => {
  expect(
    check({
      'services/loader/src/a.ts': "// SELECT FROM etl_runs\ncount('etl_runs_total'); cookie('etl_session'); connect('from user etl_owner')",
      'tests/e2e/a.test.ts': "db.select('SELECT id FROM etl_runs')",
    }),
  ).toEqual([]);
});

test('a ledger without tables is found', () => {
  expect(messagesOf(checkLedgerSql(madeUp({}), 'packages/ledger'))).toEqual([expect.stringContaining('creates no table')]);
});
