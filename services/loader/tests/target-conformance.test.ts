import { CsvFileHarness } from './csv-file-harness.js';
import { MysqlTableHarness } from './mysql-table-harness.js';
import { describeTarget } from './target-conformance.js';

describeTarget('MySQL table', new MysqlTableHarness());
describeTarget('CSV file', new CsvFileHarness());
