import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFile,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bytePath } from '../../../tests/support/byte-path.js';
import { openSources, type Source } from '../src/index.js';
import type { SourceRow } from './conformance-rows.js';
import type { Change, ExpectedFile, Refusal, SourceHarness } from './source-harness.js';

const FILE_BYTES_MAX = 64 << 20;

/** Long ago, so that a change within a tick of the file system's clock shows, too. */
const DELIVERED_AT = new Date('2026-01-01T00:00:00Z');

const LARGE = 'a large.csv';
const PACKED = 'b.csv.gz';
const FOREIGN = 'ü other form.CSV';

interface Form {
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly before: string;
  /** For each field of the header the column that it holds, or the name of one that nobody asked for. */
  readonly fields: readonly (number | string)[];
}

const PLAIN: Form = { delimiter: ',', lineEnd: '\n', before: '', fields: [0, 1, 2, 3, 4] };
const OTHER: Form = { delimiter: ';', lineEnd: '\r\n', before: '\ufeff', fields: ['note', 4, 2, 'till', 0, 1, 3] };
const NAMES = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'];

/** Store files in a folder of their own: a large one, a compressed one, and one of another form. */
export class CsvFilesHarness implements SourceHarness {
  #dataDir = '';
  readonly #written = new Map<string, readonly SourceRow[]>();

  async open(): Promise<void> {
    this.#dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-csv-source-'));
  }

  async close(): Promise<void> {
    await rm(this.#dataDir, { recursive: true });
  }

  source(): Source {
    const settings = {
      dataDir: this.#dataDir,
      postgresUrl: 'postgres://nobody@127.0.0.1:1/none',
      csvEncoding: 'utf-8' as const,
      csvDateFormats: [],
    };
    return openSources({ ...settings, allowRowSecurity: false, fileBytesMax: FILE_BYTES_MAX }).get('store_sales')!;
  }

  async putRows(rows: readonly SourceRow[]): Promise<void> {
    await rm(this.#path(), { recursive: true, force: true });
    await mkdir(this.#path());
    this.#written.clear();
    const third = Math.floor(rows.length / 4);
    const parts: [string, Form, readonly SourceRow[]][] = [
      [LARGE, PLAIN, rows.slice(2 * third)],
      [PACKED, PLAIN, rows.slice(0, third)],
      [FOREIGN, OTHER, rows.slice(third, 2 * third)],
    ];
    for (const [name, form, part] of parts) {
      if (part.length === 0) continue;
      const text = Buffer.from(toCsv(form, part));
      await this.#put(name, name === PACKED ? gzipSync(text) : text);
      this.#written.set(name, part);
    }
  }

  async describePlace(): Promise<unknown> {
    const names = (await readdir(this.#path())).sort();
    return Promise.all(
      names.map(async (name) => {
        const { ino, size, mtimeNs, ctimeNs, mode } = await lstat(this.#path(name), { bigint: true });
        return [name, ino, size, mtimeNs, ctimeNs, mode, digest(await readFile(this.#path(name)))];
      }),
    );
  }

  async expectedFiles(): Promise<readonly ExpectedFile[]> {
    return Promise.all(
      [...this.#written].map(async ([name, rows]) => {
        const content = await readFile(this.#path(name));
        const text = name.endsWith('.gz') ? gunzipSync(content) : content;
        return { file: name, bytes: text.length, sha256: digest(text), copiedRows: null, rows };
      }),
    );
  }

  readonly refusals: readonly Refusal[] = [
    { what: 'no folder', code: 'SOURCE_MISSING', arrange: () => rm(this.#path(), { recursive: true }) },
    {
      what: 'no store file among other files',
      code: 'SOURCE_MISSING',
      arrange: async () => {
        for (const name of await readdir(this.#path())) await rename(this.#path(name), this.#path(`.${name}`));
        await writeFile(this.#path('readme.txt'), 'nothing here');
      },
    },
    this.#refusedFile('a column that is missing', 'HEADER_INVALID', 'sale_id,product_id,quantity,sale_amount\n1,2,3,4\n'),
    this.#refusedFile('a column twice', 'HEADER_INVALID', 'sale_id,product_id,quantity,sale_amount,sale_date, Sale_Date\n1,2,3,4,5,6\n'),
    this.#refusedFile('text without a header', 'HEADER_INVALID', '1,2,3,4,2026-01-01\n'),
    this.#refusedFile('a compressed file that is not gzip', 'FILE_REFUSED', `${NAMES.join(',')}\n1,2,3,4,5\n`, 'x.csv.gz'),
    this.#refusedFile(
      'a compressed file that is cut',
      'FILE_REFUSED',
      gzipSync(toCsv(PLAIN, [['1', '2', '3', '4', '5']])).subarray(0, -9),
      'x.csv.gz',
    ),
    this.#refusedFile(
      'a file that is too large once it is decompressed',
      'FILE_REFUSED',
      gzipSync(Buffer.concat([Buffer.from(`${NAMES.join(',')}\n`), Buffer.alloc(FILE_BYTES_MAX, '1')]), { level: 1 }),
      'x.csv.gz',
    ),
    { what: 'a link', code: 'FILE_REFUSED', arrange: () => symlink(this.#path(LARGE), this.#path('link.csv')) },
    { what: 'a link to nothing', code: 'FILE_REFUSED', arrange: () => symlink('absent', this.#path('link.csv')) },
    {
      what: 'a name that is not valid UTF-8',
      code: 'FILE_NAME_INVALID',
      arrange: () => writeFile(bytePath(this.#path(), 'K\xf6ln.csv'), `${NAMES.join(',')}\n1,2,3,4,5\n`),
    },
    {
      what: 'a folder with the name of a store file',
      code: 'FILE_REFUSED',
      arrange: () => mkdir(this.#path('folder.csv')),
    },
    {
      what: 'a named pipe',
      code: 'FILE_REFUSED',
      arrange: async () => execFileSync('mkfifo', [this.#path('pipe.csv')]),
    },
  ];

  readonly empties = [
    this.#emptyFile('a file of no bytes', ''),
    this.#emptyFile('a file of blank lines', '\n\r\n\n'),
    this.#emptyFile('a file with a header alone', NAMES.join(',')),
    this.#emptyFile('a file with a header and blank lines', `${NAMES.join(',')}\r\n\r\n\n`),
    this.#emptyFile('a byte order mark alone', '\ufeff'),
    this.#emptyFile('a compressed file of no bytes', gzipSync(''), 'x.csv.gz'),
  ];

  readonly changes: readonly Change[] = [
    { what: 'a file that grew', arrange: () => appendFile(this.#path(LARGE), '9,9,9,9,2026-01-01\n') },
    { what: 'a file that was cut', arrange: () => truncate(this.#path(LARGE), 9_000_000) },
    { what: 'a file that was emptied', arrange: () => truncate(this.#path(LARGE), 0) },
    {
      what: 'a file with other bytes of the same length',
      arrange: async () => {
        const bytes = await readFile(this.#path(LARGE));
        bytes[bytes.length - 2] = 0x30 + ((bytes[bytes.length - 2]! + 1) % 10);
        await writeFile(this.#path(LARGE), bytes);
      },
    },
    { what: 'a compressed file that was cut', arrange: () => truncate(this.#path(PACKED), 100) },
    { what: 'a file that was removed', onlyBefore: true, arrange: () => rm(this.#path(LARGE)) },
    {
      what: 'another file of the same bytes and time in its place',
      onlyBefore: true,
      arrange: async () => {
        await copyFile(this.#path(LARGE), this.#path('next'));
        await utimes(this.#path('next'), DELIVERED_AT, DELIVERED_AT);
        await rename(this.#path('next'), this.#path(LARGE));
      },
    },
    {
      what: 'a link in its place',
      onlyBefore: true,
      arrange: async () => {
        await rename(this.#path(LARGE), this.#path('moved'));
        await symlink('moved', this.#path(LARGE));
      },
    },
  ];

  readonly losses = { skip: 'a folder has no server that a test could stop' };

  #path(name = ''): string {
    return join(this.#dataDir, 'input', name);
  }

  async #put(name: string, content: string | Uint8Array): Promise<void> {
    await writeFile(this.#path(name), content);
    await utimes(this.#path(name), DELIVERED_AT, DELIVERED_AT);
  }

  #refusedFile(what: string, code: Refusal['code'], content: string | Uint8Array, name = 'x.csv'): Refusal {
    return { what, code, arrange: () => this.#put(name, content) };
  }

  #emptyFile(what: string, content: string | Uint8Array, name = 'x.csv'): Omit<Refusal, 'code'> {
    return { what, arrange: () => this.#put(name, content) };
  }
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function toCsv({ delimiter, lineEnd, before, fields }: Form, rows: readonly SourceRow[]): string {
  const header = fields.map((field) => (typeof field === 'number' ? NAMES[field]! : field));
  const lines = rows.map((row, index) =>
    fields
      .map((field) => (typeof field === 'number' ? toField(row[field] ?? null, index) : 'not; "asked"\nfor'))
      .map(quoteIfNeeded(delimiter))
      .join(delimiter),
  );
  return `${before}${[header.join(delimiter), ...lines].join(lineEnd)}${lineEnd}`;
}

interface CsvField {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Every other empty text is quoted, the missing values never. */
const toField = (cell: string | null, index: number): CsvField => ({ text: cell ?? '', isQuoted: cell !== null && index % 2 === 0 });

function quoteIfNeeded(delimiter: string): (field: CsvField | string) => string {
  return (field) => {
    const { text, isQuoted } = typeof field === 'string' ? { text: field, isQuoted: true } : field;
    return isQuoted || /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  };
}
