import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useMe } from '../api/queries.js';

/** Leads operators, whom alone the API allows it, to the trial of a file. */
export function TryLink(): ReactNode {
  const me = useMe();
  return me.data?.role === 'operator' ? <Link href="/try">Try a file</Link> : null;
}
