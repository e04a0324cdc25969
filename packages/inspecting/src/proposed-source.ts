import type { CsvEncoding, NumberOptions } from '@retail-etl/sales';

/** What has to be decided by people, because the file allows several ways. */
export interface Decision {
  readonly about: 'quantity' | 'dates' | 'numbers';
  readonly question: string;
  /** In words; the likeliest first. */
  readonly options: readonly string[];
  /** Index of the option that the proposal takes. */
  readonly taken: number;
  /** Whether somebody has answered it. */
  readonly isAnswered: boolean;
}

/** For a decision, the index of its option. */
export type Answers = Partial<Readonly<Record<Decision['about'], number>>>;

/** Names of columns. */
export interface ProposedColumns {
  readonly sale_id: string | null;
  readonly product_id: string;
  /** Null: each record is one piece. */
  readonly quantity: string | null;
  readonly sale_amount: string | { readonly price: string; readonly less: string | null };
  readonly sale_date: string;
  readonly store: string | null;
}

/** A source as it is proposed; what is null is not written. */
export interface ProposedSource {
  readonly name: string;
  readonly files: readonly string[];
  /** Null: the only one that is seen, or no workbook. */
  readonly sheet: string | null;
  readonly product: 'integer' | 'text';
  readonly quantityDecimals: number;
  readonly csv: {
    readonly delimiter: string;
    readonly quote: '"' | "'";
    readonly encoding: CsvEncoding;
    readonly skipLines: number;
    readonly footer: string | null;
    readonly hasTrailingEmpty: boolean;
  };
  readonly numbers: NumberOptions;
  /** Null: ISO 8601. */
  readonly dates: string | null;
  readonly missing: readonly string[];
  readonly columns: ProposedColumns;
  /** Lines of comments by the key that they stand before. */
  readonly comments: Partial<Readonly<Record<'dates' | 'numbers' | 'columns', readonly string[]>>>;
}

/** A source, what has to be decided, and what is not sure. */
export interface Proposal {
  readonly source: ProposedSource;
  readonly decisions: readonly Decision[];
  readonly notes: readonly string[];
  /** The text of a whole `sources.yaml` with this source. */
  readonly yaml: string;
}
