import { EtlError, shownName } from '@retail-etl/contracts';
import type { CsvEncoding, SourceDefinition } from '@retail-etl/sales';
import type { RecordWriter } from '../source.js';
import { type FileSample, textOfSample } from './file-sample.js';
import { openRecords } from './open-records.js';
import { refuseTwoReadings } from './refuse-two-readings.js';
import { readSheetRecords } from './sheet-records.js';
import { sampleRows, type WorkbookSample } from './workbook-sample.js';

/** What was read of a sample. */
export interface SampleRead {
  readonly records: number;
  readonly repeatedHeaders: number;
  readonly footerLines: number;
  /** Whether that is all of the file. */
  readonly isWhole: boolean;
}

/** A file of which the beginning is looked at. */
export type Sample = FileSample | WorkbookSample;

/** Whether a sample is one of a workbook. */
export function hasSheets(sample: Sample): sample is WorkbookSample {
  return 'access' in sample;
}

interface SampledSource {
  readonly definition: SourceDefinition;
  readonly isDeclared: boolean;
}

/**
 * Reads the records of a sample into `writer` as a run reads those of the file. Of a sample that is not whole, the record that it cuts is
 * left out. `encoding` counts where the source does not say one. Throws what a run would say of the file.
 */
export async function readSample(
  sample: Sample,
  source: SampledSource,
  writer: RecordWriter,
  encoding: CsvEncoding = 'utf-8',
): Promise<SampleRead> {
  const read = await (hasSheets(sample) ? readSheetSample(sample, source, writer) : readTextSample(sample, source, writer, encoding));
  await writer.finish();
  if (read.records === 0 && read.isWhole) throw new EtlError('SOURCE_EMPTY', `${shownName(sample.name)} has a header but no records`);
  return read;
}

async function readTextSample(sample: FileSample, source: SampledSource, writer: RecordWriter, encoding: CsvEncoding): Promise<SampleRead> {
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
  return { records: scanner.records, repeatedHeaders: headers.count, footerLines: headers.footers, isWhole: sample.isWhole };
}

async function readSheetSample(sample: WorkbookSample, { definition }: SampledSource, writer: RecordWriter): Promise<SampleRead> {
  refuseTwoReadings(definition);
  const { name } = sample;
  const extent = { isWhole: true };
  const sheet = definition.place.kind === 'csv-files' ? definition.place.sheet : null;
  const found = await readSheetRecords(sampleRows(sample, sheet, extent), { name, definition, writer }, { hasWritten: false });
  if (found === null && extent.isWhole) throw new EtlError('SOURCE_EMPTY', `${shownName(name)} is empty`);
  const { repeatedHeaders = 0, footerLines = 0 } = found?.figures ?? {};
  return { records: found?.records ?? 0, repeatedHeaders, footerLines, ...extent };
}
