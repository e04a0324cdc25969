import type { Dice } from './dice.js';
import { type Field, fieldsOf, NAMES, type VariantRules } from './rules.js';
import type { Sale } from './sales.js';

/** How a file is written. */
export interface VariantForm {
  readonly delimiter: string;
  /** Whether the declaration says the delimiter, or it is to be found. */
  readonly saysDelimiter: boolean;
  readonly encoding: 'utf-8' | 'windows-1252' | 'iso-8859-1' | 'utf-16le' | 'utf-16be';
  readonly hasMark: boolean;
  readonly quoting: 'none' | 'minimal' | 'all' | 'single';
  readonly lineEnd: '\n' | '\r\n' | '\r';
  readonly titles: readonly string[];
  readonly names: 'plain' | 'odd';
  readonly hasFooter: boolean;
  /** Empty fields at the end of the lines. */
  readonly trailing: number;
  readonly hasBlankLines: boolean;
  readonly hasNotes: boolean;
}

export function throwForm(rules: VariantRules, dice: Dice): VariantForm {
  const quoting = dice.one(['none', 'minimal', 'minimal', 'all', 'single'] as const);
  // Without quotes the delimiter is a character that stands in no value.
  const delimiter = dice.one(quoting === 'none' ? [';', '\t', '|', '^', '~'] : [',', ';', '\t', '|', '^', '~']);
  const encoding = dice.one(['utf-8', 'utf-8', 'windows-1252', 'iso-8859-1', 'utf-16le', 'utf-16be'] as const);
  return {
    delimiter,
    saysDelimiter: '^~'.includes(delimiter) || dice.once(2),
    encoding,
    hasMark: encoding.startsWith('utf') && dice.once(2),
    quoting,
    lineEnd: dice.one(['\n', '\r\n', '\r']),
    titles: dice.one([[], [], ['Sales'], ['Report; "of, the day', '', 'a,b;c|d']]),
    names: dice.one(['plain', 'odd']),
    hasFooter: dice.once(3),
    trailing: dice.one([0, 0, 1, 3]),
    hasBlankLines: dice.once(4),
    hasNotes: dice.once(3),
    ...(rules.group === '’' || rules.currency === '€'
      ? { encoding: dice.one(['utf-8', 'windows-1252', 'utf-16le'] as const), hasMark: false }
      : {}),
  };
}

export function csvOptionsOf(form: VariantForm): Record<string, string> {
  return {
    ...(form.saysDelimiter ? { delimiter: form.delimiter === '\t' ? 'tab' : form.delimiter } : {}),
    ...(form.quoting === 'none' ? { quote: 'none' } : form.quoting === 'single' ? { quote: "'" } : {}),
    encoding: form.encoding,
    ...(form.titles.length === 0 ? {} : { skip_lines: String(form.titles.length) }),
    ...(form.hasFooter ? { footer: '^["\']?Total' } : {}),
    ...(form.trailing > 0 ? { trailing_empty: 'true' } : {}),
  };
}

/** The table that a file shows: names, and the texts of each record. */
export interface VariantTable {
  names: string[];
  rows: string[][];
}

/** The columns in some order, with some that nobody asks for. */
export function tableOf(
  sales: readonly Sale[],
  rules: VariantRules,
  form: VariantForm,
  dice: Dice,
): { table: VariantTable; columns: (Field | null)[] } {
  const columns: (Field | null)[] = dice.shuffled([...fieldsOf(rules), null, null]);
  const others = ['Note', 'Kasse'];
  const names = columns.map((field) => (field === null ? others.pop()! : oddName(NAMES[field], form, dice)));
  const note = (): string =>
    form.hasNotes && form.quoting !== 'none'
      ? dice.one(['a "b"', `x${form.delimiter}y`, "it's", form.lineEnd === '\r' ? '' : 'two\nlines'])
      : 'n';
  const rows = sales.map(({ texts }) => columns.map((field) => (field === null ? note() : (texts[field] ?? ''))));
  return { table: { names, rows }, columns };
}

/** A name with what does not count in a name. */
function oddName(name: string, { names, encoding }: VariantForm, dice: Dice): string {
  if (names === 'plain') return name;
  const unseen = encoding.startsWith('utf') ? ['', ' ', '\u00a0', '\ufeff', '\u200b', ' \u200b\u00a0'] : ['', ' ', '\u00a0'];
  const cased = dice.one([name, name.toUpperCase().replace('SS', 'ß'), name.toLowerCase()]);
  return dice.one(unseen) + cased + dice.one(unseen);
}

/** The bytes of a file; null if its encoding lacks one of the characters. */
export function bytesOf({ names, rows }: VariantTable, form: VariantForm): Buffer | null {
  const { delimiter, trailing, lineEnd } = form;
  const line = (fields: readonly string[]): string =>
    [...fields.map((field) => quoted(field, form)), ...Array<string>(trailing).fill('')].join(delimiter);
  const blank = form.hasBlankLines ? [delimiter.repeat(names.length - 1)] : [];
  const footer = form.hasFooter ? [`Total${delimiter}12`] : [];
  const lines = [...form.titles, line(names), ...rows.slice(0, 1).map(line), ...blank, ...rows.slice(1).map(line), ...footer];
  return encode(lines.join(lineEnd) + lineEnd, form);
}

function quoted(field: string, { quoting, delimiter }: VariantForm): string {
  if (quoting === 'none') return field;
  const quote = quoting === 'single' ? "'" : '"';
  const needs = [quote, delimiter, '\n', '\r'].some((character) => field.includes(character));
  return quoting === 'all' || needs ? quote + field.replaceAll(quote, quote + quote) + quote : field;
}

/** Of windows-1252, what is not as in Latin-1 and is used here. */
const WINDOWS: Readonly<Record<string, number>> = { '€': 0x80, '’': 0x92 };

function encode(text: string, { encoding, hasMark }: VariantForm): Buffer | null {
  const marked = hasMark ? `\ufeff${text}` : text;
  if (encoding === 'utf-8') return Buffer.from(marked);
  if (encoding.startsWith('utf-16')) {
    const bytes = Buffer.from(marked, 'utf16le');
    return encoding === 'utf-16be' ? bytes.swap16() : bytes;
  }
  const codes: number[] = [];
  for (const character of text) {
    const code = encoding === 'windows-1252' ? (WINDOWS[character] ?? character.codePointAt(0)!) : character.codePointAt(0)!;
    if (code > 0xff) return null;
    codes.push(code);
  }
  return Buffer.from(codes);
}
