import { acquireCloneLock } from '@retail-etl/local-stack/process/clone-lock';
import { Children } from '@retail-etl/local-stack/process/children';
import { identifyProcess, isProcessAlive, parseIdentity } from '@retail-etl/local-stack/process/process-identity';
import { boundLog, logPosition, readLogTail } from '@retail-etl/local-stack/process/log-file';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'local-stack-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

const node = (name: string, code: string, stopTimeoutMs = 5_000) => ({
  name,
  command: [process.execPath, '-e', code] as const,
  cwd: '/',
  env: {},
  logPath: join(dir, `${name}.log`),
  stopSignal: 'SIGTERM' as const,
  stopTimeoutMs,
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('the lock of a clone', () => {
  test('keeps a second process out, names the first, and is free again after release', () => {
    const path = join(dir, 'lock');
    const lock = acquireCloneLock(path);
    expect(acquireCloneLock(path)).toMatchObject({ pid: process.pid });
    if ('release' in lock) lock.release();
    expect(acquireCloneLock(path)).toHaveProperty('release');
  });

  test('is taken over from a process that is gone, even if its number is used again', async () => {
    const path = join(dir, 'lock');
    await writeFile(path, JSON.stringify({ pid: process.pid, startTicks: '1' }));
    expect(acquireCloneLock(path)).toHaveProperty('release');
    expect(parseIdentity(await readFile(path, 'utf8'))).toEqual(identifyProcess(process.pid));
  });
});

describe('children', () => {
  test('services stop before servers', async () => {
    const children = new Children();
    const order = join(dir, 'order');
    const code = (name: string): string =>
      `process.on('SIGTERM', () => setTimeout(() => { require('fs').appendFileSync(${JSON.stringify(order)}, '${name} '); process.exit(); }, 50)); console.log('up'); setInterval(() => {}, 1e6)`;
    await children.start('server', node('server', code('server')));
    await children.start('service', node('service', code('service')));
    await until(() => ['server', 'service'].every((name) => readLogTail(join(dir, `${name}.log`)).includes('up')));
    await children.stopAll();
    expect(await readFile(order, 'utf8')).toBe('service server ');
    await expect(children.start('server', node('late', ''))).rejects.toMatchObject({ code: 'STOPPING' });
  });

  test('one that ignores the stop signal is killed after its deadline', async () => {
    const children = new Children();
    const child = await children.start(
      'service',
      node('deaf', "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1e6)", 200),
    );
    await until(() => readLogTail(join(dir, 'deaf.log')).includes('up'));
    await children.stopAll();
    expect(child.end).toEqual({ code: null, signal: 'SIGKILL' });
    expect(isProcessAlive(identifyProcess(child.pid))).toBe(false);
  });

  test.runIf(process.platform === 'linux' && existsSync('/usr/bin/setpriv'))('none outlives a killed parent', async () => {
    const module = new URL('../dist/process/children.js', import.meta.url).href;
    const options = { ...node('orphan', 'setInterval(() => {}, 1e6)'), command: ['/bin/sleep', '1000'] };
    const parentCode = `
      const { Children } = await import(${JSON.stringify(module)});
      const child = await new Children().start('server', ${JSON.stringify(options)});
      console.log('child ' + child.pid);
      setInterval(() => {}, 1e6);`;
    const children = new Children();
    const parent = await children.start('service', {
      ...node('parent', ''),
      command: [process.execPath, '--input-type=module', '-e', parentCode],
    });
    await until(() => /child \d+/.test(readLogTail(join(dir, 'parent.log'))));
    const orphan = identifyProcess(Number(/child (\d+)/.exec(readLogTail(join(dir, 'parent.log')))?.[1]));
    expect(isProcessAlive(orphan)).toBe(true);
    parent.kill();
    await until(() => !isProcessAlive(orphan));
  });

  test('a failed command is reported with the end of its output', async () => {
    const options = node('broken', "console.error('the reason'); process.exit(3)");
    const failure = { code: 'X', message: 'it failed', remedy: 'r' };
    await expect(new Children().run(options, failure)).rejects.toThrow(/it failed \(exit code 3\)\n\s+the reason/);
  });
});

describe('logs', () => {
  test('the tail holds only what came since', async () => {
    const path = join(dir, 'x.log');
    await writeFile(path, 'before\n');
    const from = logPosition(path);
    await appendFile(path, 'after\n');
    expect(readLogTail(path, from)).toBe('\n    after');
  });

  test('one that has grown large is put aside', async () => {
    const path = join(dir, 'x.log');
    await writeFile(path, Buffer.alloc(11 * 1024 * 1024));
    boundLog(path);
    expect((await stat(`${path}.1`)).size).toBe(11 * 1024 * 1024);
    boundLog(path);
    expect(existsSync(path)).toBe(false);
  });
});
