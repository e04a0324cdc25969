import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { RunReport } from '@retail-etl/sales';
import { sweepKept } from '@retail-etl/staging';
import { csvOf, declare, emptyInput, putAt, rowsOf } from './declared-sources.js';
import type { Stack } from './stack.js';

/** By so much the two seconds are shortened for which a file that has changed is not trusted. */
export const TIME_SCALE = 0.05;
const YOUNG_MS = 2_000 * TIME_SCALE;
const STEPS = 7;

const yamlOf = (skipsDays: boolean): string =>
  `product: text
sources:
  - name: shops
    files: '**/*.csv'
    allow_duplicates: true
    max_reject_ratio: 1
    columns: { product_id: sku, quantity: qty, sale_amount: total, sale_date: day }
${skipsDays ? "    skip: [{ column: day, is: ['2026-02-02'] }]\n" : ''}`;

interface Sale {
  readonly sku: string;
  readonly qty: number;
  readonly cents: number;
  readonly day: string;
}

/** A random history of deliveries and runs. What each run publishes is compared with what its files hold, summed up anew here. */
export class History {
  readonly #stack: Stack;
  readonly #random: () => number;
  readonly #files = new Map<string, string>();
  readonly #said: string[] = [];
  #skipsDays = false;
  #count = 0;
  /** What versions have shown, by run. */
  readonly #versions = new Map<string, readonly string[]>();
  reused = 0;
  read = 0;

  constructor(stack: Stack, seed: number) {
    this.#stack = stack;
    this.#random = generator(seed);
  }

  async play(): Promise<void> {
    await emptyInput(this.#stack);
    await declare(this.#stack, yamlOf(false));
    await this.#deliver();
    await this.#deliver();
    for (let step = 0; step < STEPS; step += 1) {
      for (let change = this.#below(3); change > 0; change -= 1) await this.#change();
      // Some runs come while the last change is still young.
      if (this.#below(3) > 0) await sleep(2 * YOUNG_MS);
      await this.#run();
    }
  }

  async #change(): Promise<void> {
    const changes: (() => Promise<void>)[] = [
      () => this.#deliver(),
      () => this.#deliver(),
      () => this.#rewrite(),
      () => this.#rewriteUnseen(),
      () => this.#rename(),
      () => this.#touch(),
      () => this.#remove(),
      () => this.#damage(),
      () => this.#sweep(),
      () => this.#changeRule(),
      () => this.#publishAgain(),
    ];
    await changes[this.#below(changes.length)]!();
  }

  async #deliver(): Promise<void> {
    this.#count += 1;
    await this.#put(`${this.#below(2) === 0 ? '' : 'deep/'}f${this.#count}.csv`, this.#text(1 + this.#below(4)), 'deliver');
  }

  async #rewrite(): Promise<void> {
    const name = this.#some();
    if (name !== undefined) await this.#put(name, this.#text(1 + this.#below(4)), 'rewrite');
  }

  /** In place, with as many bytes, and with the old time. */
  async #rewriteUnseen(): Promise<void> {
    const name = this.#some();
    if (name === undefined) return;
    const path = this.#path(name);
    const { atime, mtime } = await stat(path);
    const text = this.#files.get(name)!.replace(/\d(?=\.\d\d,)/g, (digit) => String((Number(digit) + 1) % 10));
    await writeFile(path, text, { flag: 'r+' });
    await utimes(path, atime, mtime);
    this.#note('rewrite unseen', name, text);
  }

  async #rename(): Promise<void> {
    const name = this.#some();
    if (name === undefined) return;
    this.#count += 1;
    const to = `r${this.#count}.csv`;
    await rename(this.#path(name), this.#path(to));
    const text = this.#files.get(name)!;
    this.#files.delete(name);
    this.#note(`rename ${name}`, to, text);
  }

  async #touch(): Promise<void> {
    const name = this.#some();
    if (name === undefined) return;
    await utimes(this.#path(name), new Date(), new Date());
    this.#said.push(`touch ${name}`);
  }

  async #remove(): Promise<void> {
    const name = this.#some();
    if (name === undefined || this.#files.size === 1) return;
    await rm(this.#path(name));
    this.#files.delete(name);
    this.#said.push(`remove ${name}`);
  }

  /** Some byte of what is kept. */
  async #damage(): Promise<void> {
    const folder = join(this.#stack.dataDir, 'kept');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries
      .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('rejects'))
      .map((entry) => join(entry.parentPath, entry.name));
    const path = files.sort()[this.#below(Math.max(1, files.length))];
    if (path === undefined) return;
    const bytes = await readFile(path);
    bytes[this.#below(bytes.length)]! ^= 0x55;
    // Another inode: what runs have linked stays whole, as when one copy on a disk goes bad.
    await rm(path);
    await writeFile(path, bytes);
    this.#said.push(`damage ${path}`);
  }

  async #sweep(): Promise<void> {
    await sweepKept(this.#stack.dataDir, { runs: this.#below(3), runIds: [] });
    this.#said.push('sweep');
  }

  async #changeRule(): Promise<void> {
    this.#skipsDays = !this.#skipsDays;
    await writeFile(join(this.#stack.dataDir, 'sources.yaml'), yamlOf(this.#skipsDays));
    this.#said.push(`skip ${this.#skipsDays}`);
  }

  async #publishAgain(): Promise<void> {
    const id = [...this.#versions.keys()][this.#below(Math.max(1, this.#versions.size))];
    if (id === undefined) return;
    this.#said.push(`publish ${id}`);
    const report = await this.#stack.run({ publish: id });
    await this.#expectShown(report, this.#versions.get(id)!);
    await this.#stack.request('/api/hold', { method: 'PUT', body: '{"held":false}' });
  }

  async #run(): Promise<void> {
    const params = this.#below(8) === 0 ? { fresh: true } : this.#below(6) === 0 ? { from: '2026-02-02' } : {};
    this.#said.push(`run ${JSON.stringify(params)}`);
    const expected = this.#expected(params.from);
    if (expected.length === 0) return;
    let report = await this.#stack.run(params);
    if (report.state === 'failed' && report.error?.code === 'STAGED_CORRUPT') {
      this.#said.push('retry');
      await this.#stack.request(`/api/runs/${report.id}/retry`, { method: 'POST' });
      report = await this.#stack.ended(report.id);
    }
    await this.#expectShown(report, expected);
    this.#versions.set(report.id, expected);
    this.reused += report.inputs?.[0]?.reused ?? 0;
    this.read += report.inputs?.[0]?.read ?? 0;
    this.#assertSame(report.freshDifferences, undefined);
  }

  async #expectShown(report: RunReport, expected: readonly string[]): Promise<void> {
    this.#assertSame({ state: report.state, error: report.error }, { state: 'published', error: null });
    this.#assertSame(
      await rowsOf(this.#stack, 'sales_summary'),
      expected.map((line) => line.replaceAll(',', '|')),
    );
    this.#assertSame(await csvOf(this.#stack, 'sales_summary'), ['product_id,total_quantity,total_sale_amount', ...expected]);
  }

  /** What the files hold, by a reading of its own. */
  #expected(from = ''): string[] {
    const sums = new Map<string, { qty: number; cents: number }>();
    for (const text of this.#files.values()) {
      for (const line of text.trimEnd().split('\n').slice(1)) {
        const [sku = '', qty, total, day = ''] = line.split(',');
        if (day < from || (this.#skipsDays && day === '2026-02-02')) continue;
        const sum = sums.get(sku) ?? { qty: 0, cents: 0 };
        sums.set(sku, { qty: sum.qty + Number(qty), cents: sum.cents + Math.round(Number(total) * 100) });
      }
    }
    return [...sums].map(([sku, { qty, cents }]) => `${sku},${qty},${(cents / 100).toFixed(2)}`).toSorted();
  }

  async #put(name: string, text: string, how: string): Promise<void> {
    await putAt(this.#stack, name, text);
    this.#note(how, name, text);
  }

  #note(how: string, name: string, text: string): void {
    this.#files.set(name, text);
    this.#said.push(`${how} ${name}`);
  }

  #text(rows: number): string {
    const sales = Array.from({ length: rows }, (): Sale => ({
      sku: `P${this.#below(5)}`,
      qty: 1 + this.#below(3),
      cents: 100 + this.#below(9_000),
      day: `2026-02-0${1 + this.#below(3)}`,
    }));
    return ['sku,qty,total,day', ...sales.map(({ sku, qty, cents, day }) => `${sku},${qty},${(cents / 100).toFixed(2)},${day}`), ''].join(
      '\n',
    );
  }

  #path(name: string): string {
    return join(this.#stack.dataDir, 'input', name);
  }

  #some(): string | undefined {
    const names = [...this.#files.keys()];
    return names[this.#below(Math.max(1, names.length))];
  }

  #below(most: number): number {
    return Math.floor(this.#random() * most);
  }

  #assertSame(found: unknown, expected: unknown): void {
    if (isDeepStrictEqual(found, expected)) return;
    throw new Error(`${this.#said.join('\n')}\nfound ${JSON.stringify(found)}\nexpected ${JSON.stringify(expected)}`);
  }
}

/** Mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
