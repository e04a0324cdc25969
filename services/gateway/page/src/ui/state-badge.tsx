import type { ReactNode } from 'react';
import type { Schemas } from '../api/client.js';

export function StateBadge({ state }: { state: Schemas['RunReport']['state'] }): ReactNode {
  return <span className={`state state-${state}`}>{state}</span>;
}
