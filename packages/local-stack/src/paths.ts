import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's own folder; this file runs from `packages/local-stack/dist/`. */
export const REPO_ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** Everything that `npm start` and `npm test` leave on this machine lies here; ignored by git. */
export const LOCAL_DIR = join(REPO_ROOT, '.local');

/** `<local>/logs`: one file per server and service. */
export const LOG_DIR = join(LOCAL_DIR, 'logs');
