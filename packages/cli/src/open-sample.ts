import { type FileHandle, open } from 'node:fs/promises';
import { isWorkbook, type Sample, takeSample } from '@retail-etl/reading';

/** A sample of a file, which has to be closed after use. */
export interface OpenFileSample {
  readonly sample: Sample;
  close(): Promise<void>;
}

/**
 * Takes the beginning of a text, or opens a workbook to be read at any place. `name`: as which it is told. Throws the errors of the system,
 * and what `takeSample` throws.
 */
export async function openFileSample(path: string, name: string): Promise<OpenFileSample> {
  const file = await open(path);
  try {
    if (!isWorkbook(name)) {
      const sample = await takeSample(name, file.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>);
      return { sample, close: () => file.close() };
    }
    return { sample: { name, access: await accessTo(file) }, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function accessTo(file: FileHandle): Promise<{ bytes: number; read(buffer: Buffer, position: number): Promise<number> }> {
  const { size } = await file.stat();
  return { bytes: size, read: async (buffer, position) => (await file.read(buffer, 0, buffer.length, position)).bytesRead };
}
