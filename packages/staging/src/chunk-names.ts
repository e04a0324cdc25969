/** The name of a chunk: `<partition>-<attempt>-<number>`. `number` counts the attempt's chunks from 1. */
export function chunkName(partition: string, attempt: string, number: number): string {
  return `${partition}-${attempt}-${String(number).padStart(5, '0')}`;
}

/** The partition that a chunk is of. */
export function partitionOfChunk(chunk: string): string {
  return chunk.split('-').slice(0, -2).join('-');
}
