/** Where a proxy serves the gateway, without the last slash: empty, or such as `/etl`. The gateway writes it into the document. */
export const BASE = (document.querySelector('meta[name="base-path"]')?.getAttribute('content') ?? '/').slice(0, -1);

/** The address of what the gateway serves at `path`, for everything but the page's own views, whose links know the base. */
export function at(path: string): string {
  return `${BASE}${path}`;
}
