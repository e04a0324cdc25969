const ESCAPED = /_x([0-9A-Fa-f]{4})_/g;

/**
 * Text as a workbook stores it (ST_Xstring): characters that XML does not allow are written as `_x000D_`, and `_x005F_` is the underscore of a text that
 * looks so itself. Halves of surrogate pairs that stay alone become U+FFFD.
 */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replaceAll(ESCAPED, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))).toWellFormed();
}
