// Writes into docker/images.env which digests the tags there have now. Asks the registry through `docker buildx imagetools`; pulls nothing.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const path = new URL('images.env', import.meta.url);
const PIN = /^([A-Z]+_IMAGE)=([^@\s]+)(?:@\S+)?$/;

const lines = (await readFile(path, 'utf8')).split('\n');
const pinned = await Promise.all(lines.map((line) => pin(line)));
await writeFile(path, pinned.join('\n'));
for (const [index, line] of pinned.entries()) if (line !== lines[index]) process.stdout.write(`${line}\n`);

/** @param {string} line */
async function pin(line) {
  const [, variable, tag] = PIN.exec(line) ?? [];
  if (variable === undefined || tag === undefined) return line;
  const { stdout } = await run('docker', ['buildx', 'imagetools', 'inspect', '--format', '{{.Manifest.Digest}}', tag]);
  const digest = stdout.trim();
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`docker gave no digest for ${tag} but "${digest}"`);
  return `${variable}=${tag}@${digest}`;
}
