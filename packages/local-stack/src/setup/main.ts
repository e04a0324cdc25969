import { loadSetupConfig } from '@retail-etl/config';
import { join } from 'node:path';
import { REPO_ROOT } from '../paths.js';
import { reportFailure } from '../terminal/report-failure.js';
import { say } from '../terminal/say.js';
import { setUp } from './setup.js';

/** `npm run setup`: against the servers that the environment names. Resolves to the exit code. */
export async function runCommand(): Promise<number> {
  try {
    const { DATA_DIR: dataDir, DATA_DIR_FILE: dataDirFile } = process.env;
    const defaults = (dataDir ?? '') === '' && (dataDirFile ?? '') === '' ? { DATA_DIR: join(REPO_ROOT, 'data') } : {};
    await setUp(loadSetupConfig({ ...process.env, ...defaults }), { say });
    return 0;
  } catch (error) {
    reportFailure(error);
    return 1;
  }
}
