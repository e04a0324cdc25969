export { checkDateFormats } from './check-date-formats.js';
export { goodRowBytes } from './rules/good-row-bytes.js';
export { judgeRows, type Rules } from './rules/judge-rows.js';
export { judgeChunk, type ChunkToJudge, type JudgedChunk } from './judge-chunk.js';
export { mergePartials, type MergedSummary, type PartialFile } from './merge-partials.js';
export { streamRejects } from './stream-rejects.js';
export { readSummaryPage, type SummaryFilePage } from './read-summary.js';
export { judgeSample, type JudgedSample, type SampleOutcome, type SampleRow } from './judge-sample.js';
export { compareSummaries, type Difference, type SummaryDifferences } from './compare-summaries.js';
