import type { CsvEncoding } from '../csv-encodings.js';
import type { SummaryShape } from '../summary.js';
import type { SalesModel } from './sales-model.js';
import type { SourcePlace } from './source-place.js';

/** What sales are read from and what they are summed to: parsed from `sources.yaml`, or built in. It is data alone, so it can be kept as JSON. */
export interface SalesDefinition {
  /** SHA-256 of the file that it was parsed from, in hex; null if it is built in. */
  readonly digest: string | null;
  readonly model: SalesModel;
  /** Whether a file that no source claims is left alone; else it fails the run. */
  readonly ignoresUnclaimed: boolean;
  /** `sales_summary` first. */
  readonly summaries: readonly SummaryShape[];
  /** In the order in which they are planned and reported. */
  readonly sources: readonly SourceDefinition[];
}

/** How one source is read, and what its values mean. */
export interface SourceDefinition {
  /** Stands in partitions, staged and rejected records, books and reports. */
  readonly name: string;
  readonly place: SourcePlace;
  /** The columns that are taken from each record. */
  readonly inputs: readonly InputColumn[];
  readonly columns: SourceColumns;
  readonly csv: CsvOptions;
  readonly numbers: NumberOptions;
  readonly dates: DateOptions;
  /** Texts that stand for no value, besides the empty one. */
  readonly missing: readonly string[];
  /** Rows that are passed over and counted, by the first rule that holds. */
  readonly skip: readonly SkipRule[];
  readonly carry: CarryRule | null;
  readonly returns: Returns;
  /** 0 to 1: with more rejects the run fails. Null: the setting MAX_REJECT_RATIO. */
  readonly maxRejectRatio: number | null;
  /** Whether two files may have the same content. Null: the setting ALLOW_DUPLICATE_FILES. */
  readonly allowsDuplicates: boolean | null;
  /** What a file that cannot be read does: fail the run, or be left out and reported. */
  readonly badFile: 'fail' | 'set_aside';
}

/** A column of the header or table. */
export interface InputColumn {
  /** In staged files. */
  readonly name: string;
  /** As people write them; exactly one is there. Compared as `columnKey` gives them. */
  readonly names: readonly string[];
  /** False: it has to be there, but no rule looks at its values. */
  readonly isStaged: boolean;
}

/** Where a value comes from. */
export type Term =
  /** The column of this name in staged files. */
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'value'; readonly value: string }
  /** A regular expression over the file's path, of which the first group is the value. */
  | { readonly kind: 'file'; readonly pattern: string }
  /** All of them together; without one of them there is no value. */
  | { readonly kind: 'all'; readonly parts: readonly Term[] };

export type AmountTerm =
  | { readonly kind: 'amount'; readonly amount: Term }
  /** quantity × price − less */
  | { readonly kind: 'price'; readonly price: Term; readonly less: Term | null }
  /** gross − less */
  | { readonly kind: 'gross'; readonly gross: Term; readonly less: Term };

export interface SourceColumns {
  /** Null: no sale id is asked for. */
  readonly saleId: Term | null;
  readonly productId: Term;
  readonly quantity: Term;
  readonly saleAmount: AmountTerm;
  readonly saleDate: Term;
  /** For each of the model's dimensions. */
  readonly dimensions: Readonly<Record<string, Term>>;
}

export interface CsvOptions {
  /** Null: the one of comma, semicolon, tab and pipe that separates the columns of the header. */
  readonly delimiter: string | null;
  /** Null: fields are never quoted. */
  readonly quote: string | null;
  /** Of files without a byte order mark. Null: the setting CSV_ENCODING. */
  readonly encoding: CsvEncoding | null;
  /** Lines before the header. */
  readonly skipLines: number;
  /** A regular expression: lines that match it are no records. */
  readonly footer: string | null;
  /** Whether empty fields at the end of header and records do not count. */
  readonly trailingEmpty: boolean;
}

export interface NumberOptions {
  readonly decimal: '.' | ',';
  /** Between groups of three digits; null: digits are not grouped. A space also stands for the no-break spaces. */
  readonly group: string | null;
  /** A sign or code that may stand before or after a number. */
  readonly currency: string | null;
  /** Whether a number in parentheses is negative. */
  readonly isAccounting: boolean;
  /** Most decimals of an amount, 0 to 15; zeros after them do not count. */
  readonly decimals: number;
}

export interface DateOptions {
  /** Null: ISO 8601. */
  readonly pattern: string | null;
  /** IANA: in which the day of a time with an offset is. Null: the day as it is written. */
  readonly zone: string | null;
  /** Whether the patterns of the setting CSV_DATE_FORMATS are tried besides ISO 8601. */
  readonly takesOthers: boolean;
}

export interface SkipRule {
  /** Of staged files. */
  readonly input: string;
  readonly test:
    { readonly kind: 'is' | 'is_not'; readonly values: readonly string[] } | { readonly kind: 'empty'; readonly isEmpty: boolean };
  /** In words, for the report: `Status is Cancelled`. */
  readonly says: string;
}

/** An empty cell takes the value of the line above it that has the same value in `within`. All are names of staged columns. */
export interface CarryRule {
  readonly within: string;
  readonly columns: readonly string[];
}

/**
 * `reject`: quantities and amounts of zero or below are rejects. `net`: every valid row counts, whatever its signs. `separate`: as `net`, but
 * returns are summed apart, and opposite signs are rejects.
 */
export type Returns = 'reject' | 'net' | 'separate';
