import { spawn, spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Why no test can be run here, or undefined. */
export function missingEngine() {
  const found = spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], { encoding: 'utf8' });
  if (found.error !== undefined) return 'there is no docker command';
  return found.status === 0 ? undefined : 'no Docker engine answers';
}

/**
 * Runs a command to its end and resolves to what it wrote to stdout. Rejects, with what it wrote to stderr, if it ended badly.
 * @param {string[]} command
 * @param {{ input?: string | Iterable<string>, env?: Record<string, string> }} [options]
 * @returns {Promise<string>}
 */
export function execute([program, ...args], { input = '', env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    const out = [];
    const err = [];
    child.stdout.on('data', (part) => out.push(part));
    child.stderr.on('data', (part) => err.push(part));
    child.once('error', reject);
    child.once('close', (code) => {
      const text = Buffer.concat(out).toString();
      if (code === 0) resolve(text);
      else
        reject(
          new Error(`${program} ${args.slice(0, 8).join(' ')} ended with ${code}\n${Buffer.concat(err).toString()}${text}`.slice(0, 4_000)),
        );
    });
    // A command that ends early does not take all of its input.
    child.stdin.on('error', () => undefined);
    Readable.from(typeof input === 'string' ? [input] : input).pipe(child.stdin);
  });
}

export const docker = (args, options) => execute(['docker', ...args], options);
