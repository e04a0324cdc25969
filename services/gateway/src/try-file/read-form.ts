import { Readable } from 'node:stream';
import { check, EtlError, TrialAnswers } from '@retail-etl/contracts';
import { FILE_BYTES_MAX } from './trial-messages.js';

/** What somebody wants to have tried. */
export interface TrialForm {
  readonly name: string;
  readonly bytes: Buffer;
  readonly yaml: string | null;
  readonly answers: TrialAnswers;
}

/** A name of a file is no longer. */
const NAME_MAX = 255;

/** Null stands for a file that is too large. Throws REQUEST_INVALID for what is no such form. */
export async function readForm(body: Readable, contentType: string): Promise<TrialForm | null> {
  const parts = await partsOf(body, contentType);
  for (const key of parts.keys()) {
    if (!['file', 'yaml', 'answers'].includes(key))
      throw new EtlError('REQUEST_INVALID', 'the form has a field besides file, yaml and answers');
  }
  const file = parts.get('file');
  if (file === undefined || file === null || typeof file === 'string' || file.name === '')
    throw new EtlError('REQUEST_INVALID', 'the form has no file');
  if (file.size > FILE_BYTES_MAX) return null;
  return {
    name: plainName(file.name),
    bytes: Buffer.from(await file.arrayBuffer()),
    yaml: textOf(parts, 'yaml'),
    answers: answersOf(textOf(parts, 'answers')),
  };
}

async function partsOf(body: Readable, contentType: string): Promise<FormData> {
  try {
    // Holds all of the form in memory, which is why the gateway bounds it, and why this is done in a process of its own.
    const response = new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { headers: { 'content-type': contentType } });
    return await response.formData();
  } catch (cause) {
    throw new EtlError('REQUEST_INVALID', 'the form ends too early, or is not of its media type', { cause });
  }
}

function textOf(parts: FormData, key: string): string | null {
  const value = parts.get(key);
  if (value !== null && typeof value !== 'string') throw new EtlError('REQUEST_INVALID', `${key} is a file, and should be a text`);
  return value;
}

function answersOf(text: string | null): TrialAnswers {
  if (text === null) return {};
  let answers: unknown;
  try {
    answers = JSON.parse(text);
  } catch (cause) {
    throw new EtlError('REQUEST_INVALID', 'answers is no JSON', { cause });
  }
  return check(TrialAnswers, answers, 'answers', 'REQUEST_INVALID');
}

/** Without folders, whatever the sender's system puts between them. */
function plainName(name: string): string {
  const plain = name.split(/[/\\]/).at(-1)!.toWellFormed().replaceAll('\0', '').slice(-NAME_MAX);
  return plain === '' ? 'file' : plain;
}
