import { useEffect, useMemo } from 'react';
import { useSearchParams } from 'wouter';

/** One thing that the address can say about a view. `read` gives undefined for a text that means nothing here. */
export interface SearchField<T> {
  /** What holds where the address says nothing, or nothing that is understood. It is not written into the address. */
  readonly initial: T;
  readonly read: (text: string) => T | undefined;
}

type Fields = Readonly<Record<string, SearchField<unknown>>>;
type State<F extends Fields> = { readonly [Name in keyof F]: F[Name]['initial'] };
/** A choice adds an entry to the history, so that Back takes it back. What is typed replaces the entry, or Back would go letter by letter. */
type Change<F extends Fields> = (change: Partial<State<F>>, how?: 'push' | 'replace') => void;

/**
 * What a view shows of its lists (filters, order, search, place), kept in the query of its address: it survives Back, Forward and a
 * reload, and a link can be passed on. Each name belongs to one list of a view; what others keep there stays. `fields` is a constant.
 */
export function useSearchState<F extends Fields>(fields: F): [State<F>, Change<F>] {
  const [params, setParams] = useSearchParams();
  const state = useMemo(() => {
    const read = ([name, { initial, read: understood }]: [string, SearchField<unknown>]): [string, unknown] => [
      name,
      understood(params.get(name) ?? '') ?? initial,
    ];
    return Object.fromEntries(Object.entries(fields).map(read)) as State<F>;
  }, [fields, params]);
  const change: Change<F> = (changes, how = 'push') =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (String(value) === String(fields[name]?.initial)) after.delete(name);
          else after.set(name, String(value));
        }
        return after;
      },
      { replace: how === 'replace' },
    );
  return [state, change];
}

/** `initial` or one of the others. */
export function oneOf<const T extends string>(initial: T, ...others: readonly T[]): SearchField<T> {
  return { initial, read: (text) => [initial, ...others].find((each) => each === text) };
}

/** The number of a page, from 1 to `max`. */
export function pageUpTo(max: number): SearchField<number> {
  return { initial: 1, read: (text) => (/^[1-9]\d{0,15}$/.test(text) && Number(text) <= max ? Number(text) : undefined) };
}

/** Leaves a place past the end of a list for its beginning. An old link may lead there, because lists grow shorter. */
export function useLeavePastEnd(isPastEnd: boolean, leave: () => void): void {
  useEffect(() => {
    if (isPastEnd) leave();
  });
}
