import type { ReactNode } from 'react';
import { Button } from './button.js';
import type { SearchField } from './search-state.js';

/** So many pages can be turned back one by one; the page before them is the first. More would make the address too long for the log-in to lead back to. */
const TURNED_MAX = 20;

/** The `before` of each page turned so far; the first page has none. */
export const turnedPages: SearchField<readonly number[]> = {
  initial: [],
  read: (text) => {
    if (!/^[1-9]\d{0,14}(,[1-9]\d{0,14})*$/.test(text)) return undefined;
    const turned = text.split(',').map(Number);
    return turned.length <= TURNED_MAX && turned.every((seq, index) => index === 0 || seq < (turned[index - 1] ?? 0)) ? turned : undefined;
  },
};

interface Props {
  readonly turned: readonly number[];
  /** Where the next page begins; null on the last one. */
  readonly next: number | null;
  readonly onTurn: (turned: readonly number[]) => void;
  readonly children: ReactNode;
}

/** Leads to newer and older entries of a list that is read by numbers, newest first. */
export function Pager({ turned, next, onTurn, children }: Props): ReactNode {
  return (
    <div className="pager">
      <Button kind="plain" disabled={turned.length === 0} onClick={() => onTurn(turned.slice(0, -1))}>
        Newer
      </Button>
      <Button kind="plain" disabled={next === null} onClick={() => next !== null && onTurn([...turned, next].slice(-TURNED_MAX))}>
        Older
      </Button>
      <span className="soft">{children}</span>
    </div>
  );
}
