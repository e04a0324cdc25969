import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnServers } from '../../../packages/local-stack/dist/test/main.js';

const RUNNER = fileURLToPath(new URL('run-stryker.mjs', import.meta.url));

/** What Stryker calls a result, in the words of `verdict.mjs`. */
const RESULTS = {
  Killed: 'killed',
  Survived: 'survived',
  NoCoverage: 'survived without a test',
  Timeout: 'timed out',
  CompileError: 'invalid',
  RuntimeError: 'was not tested to the end',
};

/**
 * Mutates TypeScript by StrykerJS. Servers are started once for all files.
 *
 * @param {readonly (import('../targets.mjs').Target & { source: string })[]} targets
 * @returns {Promise<import('../verdict.mjs').Judged[][]>} of each target, in the order of the lines
 * @throws if the unchanged code fails
 */
export async function mutateCode(targets) {
  const dir = mkdtempSync(join(tmpdir(), 'retail-etl-mutation-'));
  try {
    const path = join(dir, 'found.json');
    const code = await runOnServers('mutation', [RUNNER, JSON.stringify(targets.map(({ file, tests }) => ({ file, tests }))), path]);
    if (code !== 0) throw new Error('the mutants of code were not tested to the end: see the lines above');
    const found = JSON.parse(readFileSync(path, 'utf8'));
    return targets.map(({ source }, index) => found[index].map((mutant) => judged(source, mutant)).sort((a, b) => a.start - b.start));
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** @param {string} source @param {{ line: number, column: number }} place both counted from 1 */
function offsetOf(source, { line, column }) {
  const before = source.split('\n').slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}

function judged(source, { status, location, replacement }) {
  const [start, end] = [offsetOf(source, location.start), offsetOf(source, location.end)];
  return {
    start,
    line: location.start.line,
    was: source.slice(start, end),
    becomes: replacement,
    code: source.slice(0, start) + replacement + source.slice(end),
    result: RESULTS[status] ?? status,
  };
}
