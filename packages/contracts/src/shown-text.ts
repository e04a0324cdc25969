/** So many characters of a text are shown in a message. */
const SHOWN_MAX = 120;

/** What nobody sees, or what would break a line of a log: control and format characters, separators besides the plain space. */
const UNSEEN = /\p{C}|[\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

const NAMED: Readonly<Record<string, string>> = { '\t': String.raw`\t`, '\n': String.raw`\n`, '\r': String.raw`\r` };

/**
 * A text that somebody else wrote, as a message may quote it: its first `max` characters, then `…`. What cannot be seen is escaped (`\n`,
 * `\u200b`). A backslash stays as it is.
 */
export function shownText(text: string, max = SHOWN_MAX): string {
  // A character has at most two units, so no more of a long text has to be taken apart.
  const characters = Array.from(text.slice(0, 2 * (max + 1)));
  const shown = characters.slice(0, max).join('').replaceAll(UNSEEN, escaped);
  return characters.length > max ? `${shown}…` : shown;
}

/** More than a file system allows. */
const NAME_MAX = 260;

/** A file's name, whole, as a message may quote it. */
export function shownName(name: string): string {
  return shownText(name, NAME_MAX);
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  return NAMED[character] ?? (code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`);
}
