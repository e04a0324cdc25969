import { toString as describe } from 'cronstrue';

/** The cron in plain language; undefined where it is not a cron of five fields, which is the only kind that the API takes. */
export function cronText(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  try {
    return describe(cron.trim(), { use24HourTimeFormat: true, verbose: true });
  } catch {
    return undefined;
  }
}
