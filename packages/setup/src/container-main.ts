import { dropDriverVariables } from '@retail-etl/config';
import { reportFailure } from './terminal/report-failure.js';
import { runContainerCommand } from './container.js';

dropDriverVariables();
try {
  await runContainerCommand(process.argv.slice(2));
} catch (error) {
  // All that it connects to are the servers' owners.
  reportFailure(error, { POSTGRES_URL: 'SETUP_POSTGRES_URL', MYSQL_URL: 'SETUP_MYSQL_URL' });
  process.exitCode = 1;
}
