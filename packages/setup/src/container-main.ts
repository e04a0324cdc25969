import { dropDriverVariables } from '@retail-etl/config';
import { reportFailure } from './terminal/report-failure.js';
import { runContainerCommand } from './container.js';

dropDriverVariables();
try {
  await runContainerCommand(process.argv.slice(2));
} catch (error) {
  reportFailure(error);
  process.exitCode = 1;
}
