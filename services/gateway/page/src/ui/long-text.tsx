import type { ReactNode } from 'react';

/** Up to here a text is shown whole. */
const SHORT_MAX = 24;
/** The end tells names of one pattern apart, such as by their date. It begins after the last line end, so that it takes one line. */
const END = /[^\r\n]{0,12}$/u;

/**
 * A text that others wrote, such as a file name, on one line however long it is: the middle gives way. Pointing at it tells all of it, as do
 * the focus and a copy. Its direction is its own and changes nothing beside it.
 */
export function LongText({ text }: { text: string }): ReactNode {
  const isShort = text.length <= SHORT_MAX;
  if (isShort && !/[\r\n]/.test(text)) return <bdi className="long-text">{text}</bdi>;
  const end = isShort ? '' : (END.exec(text)?.[0] ?? '');
  return (
    <bdi className="long-text" title={text} tabIndex={0}>
      <span>{text.slice(0, text.length - end.length)}</span>
      {end}
    </bdi>
  );
}

/** Letters for which a chart has room. */
const CHART_LETTERS_MAX = 17;
const CHART_END_LENGTH = 8;

/** A text for a place that can only hold plain text, such as a chart: on one line, and the middle gives way. */
export function shortened(text: string): string {
  const letters = Array.from(text.replaceAll(/[\r\n]+/g, ' '));
  if (letters.length <= CHART_LETTERS_MAX) return letters.join('');
  return `${letters.slice(0, CHART_LETTERS_MAX - CHART_END_LENGTH - 1).join('')}…${letters.slice(-CHART_END_LENGTH).join('')}`;
}
