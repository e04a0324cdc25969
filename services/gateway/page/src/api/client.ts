import createClient from 'openapi-fetch';
import { BASE } from './base.js';
import type { components, paths } from './schema.js';

export type Schemas = components['schemas'];

/** The gateway's API, typed from its OpenAPI document. The browser sends the session's cookie along. */
export const client = createClient<paths>({ baseUrl: `${location.origin}${BASE}` });

client.use({
  onResponse({ response }) {
    // The session is over: only the log-in page can help.
    if (response.status === 401) location.assign(`${BASE}/login?next=${encodeURIComponent(location.pathname)}`);
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
