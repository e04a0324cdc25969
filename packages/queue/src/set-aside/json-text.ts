/** JSON of ours is a few levels deep. What is a thousand times deeper ends whoever writes it out again, as the dashboard does. */
const DEPTH_MAX = 64;

export type JsonText = { readonly value: unknown; readonly problem?: undefined } | { readonly problem: string };

/** What a text says as JSON, or why it cannot be used as such. */
export function readJson(text: string): JsonText {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: `is not JSON: ${JSON.stringify(text.slice(0, 60))}` };
  }
  return isDeeper(value, DEPTH_MAX) ? { problem: `is nested more than ${DEPTH_MAX} levels deep` } : { value };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
