import { EtlError } from '@retail-etl/contracts';
import { type Engine, quoteText } from '@retail-etl/duckdb';

/** Throws one CONFIG_INVALID that names every pattern that is not of strptime's form, so that no run has to find out. */
export async function checkDateFormats(engine: Engine, formats: readonly string[]): Promise<void> {
  const connection = await engine.connect();
  const problems: string[] = [];
  try {
    for (const format of formats) {
      await connection.run(`SELECT try_strptime('', ${quoteText(format)})`).catch((cause: unknown) => {
        problems.push(`"${format}" (${cause instanceof Error ? cause.message : String(cause)})`);
      });
    }
  } finally {
    connection.closeSync();
  }
  if (problems.length > 0) throw new EtlError('CONFIG_INVALID', `CSV_DATE_FORMATS: ${problems.join('; ')}`);
}
