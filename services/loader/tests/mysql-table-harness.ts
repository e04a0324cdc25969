import { select } from '@retail-etl/mysql';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { stagedTable } from '../src/targets/mysql-table/stage-rows.js';
import { type Attempt, LoaderPlace } from './loader-place.js';
import { HEADER } from './summary-files.js';
import type { TargetHarness } from './target-harness.js';

/** Readers use a connection of their own; each read is one statement. */
export class MysqlTableHarness implements TargetHarness {
  readonly place = new LoaderPlace();
  readonly name = 'sales_summary';
  readonly visibleAfter = 'commit';
  readonly compares = {};
  readonly checksRows = {};

  async read(): Promise<string | null> {
    const [rows] = await this.place.sql.query({
      sql: `SELECT CAST(product_id AS CHAR), CAST(total_quantity AS CHAR), CAST(total_sale_amount AS CHAR) FROM sales_summary ORDER BY product_id`,
      rowsAsArray: true,
    });
    const lines = rows as string[][];
    return lines.length === 0 ? null : `${HEADER}\n${lines.map((cells) => `${cells.join(',')}\n`).join('')}`;
  }

  async leftovers({ connection }: Attempt): Promise<readonly string[]> {
    const [tables] = await this.place.sql.query({ sql: 'SHOW TABLES', rowsAsArray: true });
    const others = (tables as string[][]).flat().filter((table) => table !== this.name);
    const staged = await select(connection, 'looking for it', `SELECT COUNT(*) FROM ${stagedTable(SALES_SUMMARY)}`).then(
      () => [stagedTable(SALES_SUMMARY)],
      (error: { cause?: { code?: string } }) => {
        if (error.cause?.code !== 'ER_NO_SUCH_TABLE') throw error;
        return [];
      },
    );
    return [...others, ...staged];
  }

  readonly distort = async (): Promise<() => Promise<void>> => {
    await this.place.sql.query(
      'CREATE TRIGGER distort BEFORE INSERT ON sales_summary FOR EACH ROW SET NEW.total_quantity = NEW.total_quantity + 1',
    );
    return async () => void (await this.place.sql.query('DROP TRIGGER distort'));
  };

  readonly disconnect = async ({ connection }: Attempt): Promise<void> => {
    await this.place.sql.query(`KILL ${connection.threadId}`);
  };
}
