import { scaledMs } from '@retail-etl/faults';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { EtlError, newSpillName, type TriedFile } from '@retail-etl/contracts';
import { spillFolder } from '@retail-etl/staging';
import { makeFolders, removeFolder } from '@retail-etl/store';
import { FILE_BYTES_MAX, TRIAL_MS_MAX, type TrialJob, type TrialMessage } from './trial-messages.js';

const PROGRAM = fileURLToPath(new URL('../try-file/trial-process.js', import.meta.url));

/** Of the form: the file, and as much as a declaration may have. */
export const FORM_BYTES_MAX = FILE_BYTES_MAX + (2 << 20);

/** A trial's heap. With it the process comes to about 220 MB, which a container of 384 MB has beside the gateway. */
const HEAP_MIB = 128;
const PROGRAM_FLAGS = [`--max-old-space-size=${HEAP_MIB}`, '--max-semi-space-size=2', '--v8-pool-size=1'];

/** None of the gateway's settings, which hold passwords. Two heaps of malloc instead of one for every processor. */
const ENVIRONMENT = { MALLOC_ARENA_MAX: '2' };

/** A form that is too large. */
export class FormTooLarge extends Error {
  readonly statusCode = 413;
  constructor() {
    super(`the file is larger than ${FILE_BYTES_MAX >> 20} MiB: send its beginning`);
  }
}

export interface TrialRequest {
  /** The form, as it comes. */
  readonly body: Readable;
  readonly contentType: string;
  readonly dataDir: string;
  /** Ends the trial: the client is gone, or the gateway stops. */
  readonly signal: AbortSignal;
  /** Called once the file has arrived. */
  readonly onReceived: (name: string, bytes: number) => void;
}

/**
 * Tries an uploaded file in a process of its own. Nothing is kept: the folder of the trial is removed in all cases. Throws FormTooLarge,
 * REQUEST_INVALID for a form that is none, TRIAL_LIMIT for one that takes too long or too much memory, and the signal's reason.
 */
export async function runTrial(request: TrialRequest): Promise<TriedFile> {
  const folder = join(spillFolder(request.dataDir), newSpillName());
  await makeFolders([folder]);
  try {
    return await inProcess(request, { contentType: request.contentType, folder });
  } finally {
    await removeFolder(folder);
  }
}

async function inProcess(request: TrialRequest, job: TrialJob): Promise<TriedFile> {
  request.signal.throwIfAborted();
  const child = fork(PROGRAM, { env: ENVIRONMENT, execArgv: PROGRAM_FLAGS, stdio: ['pipe', 'ignore', 'ignore', 'ipc'] });
  const exited = once(child, 'exit');
  try {
    return await outcomeOf(child, request, job);
  } finally {
    // Of a form that is refused before its end the rest is passed over, or its connection would never take another request.
    request.body.unpipe().resume();
    child.kill('SIGKILL');
    await exited;
  }
}

function outcomeOf(child: ChildProcess, { body, signal, onReceived }: TrialRequest, job: TrialJob): Promise<TriedFile> {
  return new Promise((resolve, reject) => {
    const overdue = setTimeout(
      () => reject(new EtlError('TRIAL_LIMIT', `the trial took longer than ${TRIAL_MS_MAX / 1_000} s`)),
      scaledMs(TRIAL_MS_MAX),
    );
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    const end = (error: Error): void => {
      clearTimeout(overdue);
      signal.removeEventListener('abort', onAbort);
      // After an answer this changes nothing.
      reject(error);
    };
    child.once('error', end);
    child.once('exit', (code, killedBy) => end(exitError(code, killedBy)));
    child.on('message', (message) => settle(message as TrialMessage, { resolve, reject, onReceived }));
    child.send(job, () => undefined);
    // Not part of the pipeline, which would end the connection of a request that is refused before its end.
    const form = body.on('error', () => undefined).pipe(bounded());
    pipeline(form, child.stdin!).catch((error: unknown) => {
      // Anything else is told by the process, whose form then ends too early, or by the signal.
      if (error instanceof FormTooLarge) reject(error);
    });
  });
}

/** V8 aborts a process whose heap is full, and the system kills one for which it has no memory. Any other end is our fault. */
function exitError(code: number | null, killedBy: NodeJS.Signals | null): Error {
  if (killedBy === 'SIGABRT' || killedBy === 'SIGKILL')
    return new EtlError('TRIAL_LIMIT', `the trial took more than ${HEAP_MIB} MiB of memory`);
  return new Error(`the process of a trial ended without an answer (${killedBy ?? `code ${code}`})`);
}

interface Settling {
  readonly resolve: (tried: TriedFile) => void;
  readonly reject: (error: Error) => void;
  readonly onReceived: TrialRequest['onReceived'];
}

function settle(message: TrialMessage, { resolve, reject, onReceived }: Settling): void {
  if (message.kind === 'received') onReceived(message.name, message.bytes);
  else if (message.kind === 'done') resolve(message.tried);
  else if (message.kind === 'too-large') reject(new FormTooLarge());
  else if (message.kind === 'refused') reject(new EtlError(message.code, message.message));
  else reject(new Error(`the process of a trial: ${message.stack}`));
}

function bounded(): Transform {
  let bytes = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      if (bytes > FORM_BYTES_MAX) done(new FormTooLarge());
      else done(null, piece);
    },
  });
}
