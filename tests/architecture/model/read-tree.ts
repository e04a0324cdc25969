import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What people write here, apart from pictures and sample data. */
const READ = /(?:\.(?:ts|tsx|mts|cts|js|mjs|cjs|jsx|json|md|yml|yaml|sql|html|sh|env)|Dockerfile|\/run)$/;
/** What tools make, and files that are tests' input. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage', '.git', '.local', 'data']);
const SKIPPED = /^(?:package-lock\.json|tests\/corpus\/files)$/;

/** The texts of all files below `root` that the rules look at, by path below it. */
export function readTree(root: string): Map<string, string> {
  const files = new Map<string, string>();
  readFolder(root, '', files);
  return files;
}

function readFolder(root: string, folder: string, files: Map<string, string>): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.test(path)) continue;
    if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) readFolder(root, path, files);
    if (entry.isFile() && READ.test(path)) files.set(path, readFileSync(join(root, path), 'utf8'));
  }
}
