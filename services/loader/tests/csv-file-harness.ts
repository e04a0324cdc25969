import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LoaderPlace } from './loader-place.js';
import type { TargetHarness } from './target-harness.js';

export class CsvFileHarness implements TargetHarness {
  readonly place = new LoaderPlace();
  readonly name = 'sales_summary.csv';
  readonly visibleAfter = 'finish';
  readonly compares = { skip: 'a file is replaced whole, and the table tells what changes' };
  readonly checksRows = { skip: 'a file is copied by its bytes, which are checked' };
  readonly distort = { skip: 'a file takes no part in the transaction' };
  readonly disconnect = { skip: 'a folder has no server that a test could stop' };

  async read(): Promise<string | null> {
    return readFile(join(this.place.output, this.name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
  }

  async leftovers(): Promise<readonly string[]> {
    const names = await readdir(this.place.output).catch(() => []);
    return names.filter((name) => name !== this.name);
  }
}
