// Every package of package-lock.json is pinned by a hash and names no registry. Ends with 1 and one line for each that is not.
import { readFileSync } from 'node:fs';

const path = process.argv[2] ?? new URL('../package-lock.json', import.meta.url);
const { packages } = JSON.parse(readFileSync(path, 'utf8'));
const problems = Object.entries(packages)
  .filter(([name, { link }]) => name.includes('node_modules/') && link !== true)
  .flatMap(([name, { version, integrity, resolved }]) => [
    ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '') ? [] : [`${name}@${version} has no sha512 integrity`]),
    ...(resolved === undefined ? [] : [`${name}@${version} names where it was downloaded from ("resolved")`]),
  ]);
if (problems.length > 0) {
  const remedy = 'Put in what "npm view <name>@<version> dist.integrity" prints, and delete "resolved".';
  process.stderr.write([...problems.map((problem) => `package-lock.json: ${problem}`), remedy, ''].join('\n'));
  process.exitCode = 1;
}
