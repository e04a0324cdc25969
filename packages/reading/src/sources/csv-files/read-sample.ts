import { EtlError, shownName } from '@retail-etl/contracts';
import type { CsvEncoding, SourceDefinition } from '@retail-etl/sales';
import type { RecordWriter } from '../source.js';
import { type FileSample, textOfSample } from './file-sample.js';
import { openRecords } from './open-records.js';

/** What was read of a sample. */
export interface SampleRead {
  readonly records: number;
  readonly repeatedHeaders: number;
  readonly footerLines: number;
}

/**
 * Reads the records of a sample into `writer` as a run reads those of the file. Of a sample that is not whole, the record that it cuts is
 * left out. `encoding` counts where the source does not say one. Throws what a run would say of the file.
 */
export async function readSample(
  sample: FileSample,
  source: { readonly definition: SourceDefinition; readonly isDeclared: boolean },
  writer: RecordWriter,
  encoding: CsvEncoding = 'utf-8',
): Promise<SampleRead> {
  const text = textOfSample(sample, { encoding: source.definition.csv.encoding ?? encoding, takesLoneReturns: source.isDeclared });
  const { header, scanner, headers, carrying } = await openRecords(text, source, writer);
  writer.startSegment(sample.name, 1);
  for (let from: number | null = header.bodyAt; from !== null;) {
    for await (const piece of text.read(from)) {
      scanner.push(piece);
      if (!writer.isDue) continue;
      await writer.advance(scanner.records + 1);
      carrying?.mark();
    }
    from = sample.isWhole ? scanner.finish() : null;
  }
  await writer.finish();
  if (scanner.records === 0 && sample.isWhole) throw new EtlError('SOURCE_EMPTY', `${shownName(sample.name)} has a header but no records`);
  return { records: scanner.records, repeatedHeaders: headers.count, footerLines: headers.footers };
}
