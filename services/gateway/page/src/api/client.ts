import createClient from 'openapi-fetch';
import { BASE } from './base.js';
import type { components, paths } from './schema.js';

export type Schemas = components['schemas'];

const leaving = new AbortController();

/** The gateway's API, typed from its OpenAPI document. The browser sends the session's cookie along. */
export const client = createClient<paths>({
  baseUrl: `${location.origin}${BASE}`,
  fetch: (request) => fetch(request, { signal: AbortSignal.any([request.signal, leaving.signal]) }),
});

/** Ends what is being asked, and asks no more: a 401 that comes while the session is ended would lead elsewhere. */
export function stopAsking(): void {
  leaving.abort();
  // Back shows the page as it was left, with nothing that asks.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
}

client.use({
  onResponse({ response }) {
    // The session is over: only the log-in page can help.
    if (response.status === 401) location.assign(`${BASE}/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  },
});

/** A problem in the API's own words. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly remedy: string;
  constructor(told: unknown) {
    const { code = 'UNKNOWN', message = 'The gateway gave no reason.', remedy = '' } = (told ?? {}) as Partial<Schemas['Problem']>;
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** What the API answered. Throws the ApiProblem that it told instead. */
export async function unwrap<T>(answer: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await answer;
  if (data === undefined) throw new ApiProblem(error);
  return data;
}
