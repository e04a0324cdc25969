import { Worker } from 'node:worker_threads';
import { EtlError } from '@retail-etl/contracts';
import { readForm } from './read-form.js';
import { TRIAL_MS_MAX, type TrialJob, type TrialMessage } from './trial-messages.js';
import { tryUpload } from './try-upload.js';

/*
 * The process of one trial. What people upload, and the expressions that they write, may take any time and memory: here this costs the
 * gateway nothing, and the gateway ends the process when it has had enough.
 */

/** If the gateway is killed, nobody ends an expression that takes for ever; a thread of its own still can. */
const ORPHAN_MS_MAX = TRIAL_MS_MAX + 5_000;
new Worker(`setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${ORPHAN_MS_MAX})`, { eval: true }).unref();

process.once('disconnect', () => process.exit());
process.once('message', (job) => {
  void work(job as TrialJob).then(tell);
});

async function work({ contentType, folder }: TrialJob): Promise<TrialMessage> {
  try {
    const form = await readForm(process.stdin, contentType);
    if (form === null) return { kind: 'too-large' };
    tell({ kind: 'received', name: form.name, bytes: form.bytes.length });
    return { kind: 'done', tried: await tryUpload(form, folder) };
  } catch (error) {
    if (error instanceof EtlError && error.code !== 'INTERNAL')
      return { kind: 'refused', code: error.code, message: error.message.replaceAll(folder, 'its folder') };
    return { kind: 'fault', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function tell(message: TrialMessage): void {
  process.send?.(message);
}
