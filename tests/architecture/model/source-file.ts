/** One `import`, `export … from`, `import()`, `import('…')` type or `require.resolve()`. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** True if it leaves no trace in JavaScript. */
  readonly typeOnly: boolean;
  /** The names taken from the module, `default` among them; `'all'` if any of them may be used. */
  readonly names: readonly string[] | 'all';
}

/** One name that a file exports. */
export interface Export {
  readonly name: string;
  readonly line: number;
  /** Set if it is another module's: that module, and the name there. */
  readonly from?: { readonly specifier: string; readonly name: string };
  /** True for interfaces and type aliases. */
  readonly isType: boolean;
}

export interface FunctionSpan {
  /** As people would call it: `readTable`, `Scanner.next`, or `callback of it("…")`. */
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

export interface Text {
  readonly text: string;
  readonly line: number;
}

export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  /** Modules of `export * from`. */
  readonly starExports: readonly string[];
  readonly functions: readonly FunctionSpan[];
  /** String and template literals; what a template inserts is a `?`. */
  readonly strings: readonly Text[];
  /** Literals that are the first argument of a call: `read.text('REDIS_URL')` gives `REDIS_URL`. */
  readonly firstArguments: readonly Text[];
  /** Lines that read `process.env` or `import.meta.env`. */
  readonly environmentReads: readonly number[];
  /** How often each name occurs as an identifier. */
  readonly identifiers: ReadonlyMap<string, number>;
  /** The keys of objects that are constants of the file, by the constant's name. */
  readonly objectKeys: ReadonlyMap<string, readonly Text[]>;
}
