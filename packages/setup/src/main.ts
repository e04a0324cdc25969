import { dropDriverVariables, loadSetupConfig } from '@retail-etl/config';
import { fileURLToPath } from 'node:url';
import { reportFailure } from './terminal/report-failure.js';
import { say } from './terminal/say.js';
import { setUp } from './setup.js';

/** The `data` folder of the clone that this file was built in. */
const CLONE_DATA_DIR = fileURLToPath(new URL('../../../data', import.meta.url));

/** `npm run setup`: against the servers that the environment names. Resolves to the exit code. */
export async function runCommand(): Promise<number> {
  dropDriverVariables();
  try {
    await setUp(loadSetupConfig(undefined, CLONE_DATA_DIR), { say });
    return 0;
  } catch (error) {
    reportFailure(error);
    return 1;
  }
}
