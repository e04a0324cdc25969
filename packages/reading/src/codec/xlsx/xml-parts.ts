import { setImmediate as nextTurn } from 'node:timers/promises';
import { SaxesParser } from 'saxes';
import { damaged } from './refuse.js';

/** Elements by their local names, each with the wanted elements in it. Elements that are not named, and all in them, are passed over. */
export interface ElementTree {
  readonly [name: string]: ElementTree;
}

export type Attributes = Readonly<Record<string, string>>;

/** What happens at the wanted elements. Names are local: `x:row` is `row`. */
export interface ElementHandler {
  open(name: string, attributes: Attributes): void;
  close?(name: string): void;
  /** A piece of the text of a wanted element that has no wanted elements in it. */
  text?(text: string): void;
}

/** Parts of workbooks are about ten elements deep. */
const DEPTH_MAX = 100;
/** The parser holds what stands between two tags. */
const CHARACTERS_WITHOUT_TAG_MAX = 1 << 20;
/** So much is parsed between two looks at the clock: about a millisecond. */
const SLICE_CHARACTERS = 1 << 13;
/** After so much time the process has to look at its timers and sockets. */
const TURN_MS = 10;

const ENCODINGS = /^(?:utf-?8|utf-?16(?:le|be)?|us-ascii)$/i;

/**
 * Parses one part of the workbook `name` as XML and yields after each slice of it, so that what was made of it can be handed on. Gives back the
 * event loop in between. Throws FILE_REFUSED for what is not well-formed, not in Unicode, nested too deeply, has a document type (entities
 * among them), or another root than `tree` has.
 */
export async function* parsePart(
  name: string,
  part: string,
  pieces: AsyncIterable<Buffer>,
  tree: ElementTree,
  handler: ElementHandler,
): AsyncGenerator<undefined> {
  const fail = (how: string, cause?: unknown): Error => damaged(name, `${part} ${how}`, cause);
  const parser = new PartParser(tree, handler, fail);
  let decode: ((bytes?: Buffer) => string) | undefined;
  let turnAt = performance.now();
  for await (const piece of pieces) {
    decode ??= decoderOf(piece, fail);
    const text = decode(piece);
    for (let at = 0; at < text.length; at += SLICE_CHARACTERS) {
      parser.write(text.slice(at, at + SLICE_CHARACTERS));
      yield;
      if (performance.now() - turnAt < TURN_MS) continue;
      await nextTurn();
      turnAt = performance.now();
    }
  }
  parser.write(decode?.() ?? '');
  parser.close();
  yield;
}

/** As `parsePart`, to the end. */
export async function parseWholePart(...args: Parameters<typeof parsePart>): Promise<void> {
  const slices = parsePart(...args);
  while ((await slices.next()).done !== true);
}

/** Text is UTF-8 unless a mark says UTF-16. Call without bytes at the end. */
function decoderOf(first: Buffer, fail: (how: string, cause: unknown) => Error): (bytes?: Buffer) => string {
  const isLittle = first[0] === 0xff && first[1] === 0xfe;
  const isBig = first[0] === 0xfe && first[1] === 0xff;
  const decoder = new TextDecoder(isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8', { fatal: true });
  return (bytes) => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw fail('is not in UTF-8', cause);
    }
  };
}

class PartParser {
  readonly #parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  readonly #handler: ElementHandler;
  readonly #fail: (how: string) => Error;
  /** The wanted elements that are open, each with those wanted in it. */
  readonly #open: ElementTree[];
  #depth = 0;
  #charactersWithoutTag = 0;

  constructor(tree: ElementTree, handler: ElementHandler, fail: (how: string) => Error) {
    this.#handler = handler;
    this.#fail = fail;
    this.#open = [tree];
    const parser = this.#parser;
    parser.on('error', ({ message }) => {
      throw fail(`is not well-formed XML (${message})`);
    });
    parser.on('doctype', () => {
      throw fail('has a document type, which workbooks do not have');
    });
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !ENCODINGS.test(encoding)) throw fail('is not in UTF-8');
    });
    parser.on('opentag', ({ name: element, attributes }) => this.#enter(element, attributes));
    parser.on('closetag', ({ name: element }) => this.#leave(element));
    parser.on('text', (text) => this.#text(text));
    parser.on('cdata', (text) => this.#text(text));
  }

  write(text: string): void {
    this.#charactersWithoutTag += text.length;
    this.#parser.write(text);
    if (this.#charactersWithoutTag > CHARACTERS_WITHOUT_TAG_MAX)
      throw this.#fail(`has more than ${CHARACTERS_WITHOUT_TAG_MAX} characters without a tag`);
  }

  close(): void {
    this.#parser.close();
  }

  #enter(element: string, attributes: Attributes): void {
    this.#charactersWithoutTag = 0;
    const depth = this.#depth;
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw this.#fail('is nested too deeply');
    if (this.#open.length !== depth + 1) return;
    const name = localName(element);
    const wanted = this.#open[depth]!;
    const inner = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    if (inner !== undefined) {
      this.#open.push(inner);
      this.#handler.open(name, attributes);
    } else if (depth === 0) throw this.#fail(`is not what it should be: its root is ${name.slice(0, 100)}`);
  }

  #leave(element: string): void {
    this.#charactersWithoutTag = 0;
    if (this.#open.length === this.#depth + 1) {
      this.#open.pop();
      this.#handler.close?.(localName(element));
    }
    this.#depth -= 1;
  }

  #text(text: string): void {
    if (this.#open.length === this.#depth + 1 && this.#open[this.#depth] === LEAF) this.#handler.text?.(text);
  }
}

/** An element of which the text is wanted, or nothing but its attributes. */
export const LEAF: ElementTree = {};

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}
