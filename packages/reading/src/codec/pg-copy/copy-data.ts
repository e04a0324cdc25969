/** Message codes of PostgreSQL's protocol, version 3.0 (its manual, "Message Formats"). */
const COPY_DATA = 0x64; // d
const COPY_DONE = 0x63; // c
/** CopyOutResponse, ParameterStatus, NoticeResponse, NotificationResponse: they may come at any time and say nothing that counts here. */
const PASSED_OVER: ReadonlySet<number> = new Set([0x48, 0x53, 0x4e, 0x41]);

/** A message begins with its code and its length; the length counts itself, but not the code. */
const HEAD_BYTES = 5;

/** What one piece of the stream held. */
export interface CopiedText {
  /** The rows' text without the messages' heads, in the piece's own memory. */
  readonly text: Buffer;
  /** What follows once the copy has ended, well or badly, and is not for us; null as long as it goes on. */
  readonly rest: Buffer | null;
}

/** Takes the rows out of what the server sends for a COPY TO STDOUT. It sends one message a row, so this may not cost much. */
export class CopyData {
  /** The head of a message, as far as it has come. */
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headLength = 0;
  /** Bytes of the current message that have not come, and whether they are of a row. */
  #missing = 0;
  #isRow = false;

  /** Moves the rows in `piece` together, over the heads between them. */
  push(piece: Buffer): CopiedText {
    let at = 0;
    let to = 0;
    while (at < piece.length) {
      if (this.#missing > 0) {
        const end = Math.min(piece.length, at + this.#missing);
        this.#missing -= end - at;
        if (this.#isRow) {
          piece.copyWithin(to, at, end);
          to += end - at;
        }
        at = end;
        continue;
      }
      this.#head[this.#headLength++] = piece[at++]!;
      if (this.#headLength < HEAD_BYTES) continue;
      const code = this.#head[0]!;
      this.#headLength = 0;
      if (code === COPY_DONE) return { text: piece.subarray(0, to), rest: piece.subarray(at) };
      if (code !== COPY_DATA && !PASSED_OVER.has(code)) {
        // An error, say: the client knows what to do with it, and gets it whole.
        return { text: piece.subarray(0, to), rest: Buffer.concat([this.#head, piece.subarray(at)]) };
      }
      this.#missing = this.#head.readUInt32BE(1) - 4;
      this.#isRow = code === COPY_DATA;
    }
    return { text: piece.subarray(0, to), rest: null };
  }
}
