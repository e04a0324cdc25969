export { checkDateFormats } from './check-date-formats.js';
export { goodRowBytes, judgeRows, type RuleOptions } from './cleaning-rules.js';
export { judgeChunk, type ChunkToJudge, type JudgedChunk } from './judge-chunk.js';
export { mergePartials, type MergedSummary, type PartialFile } from './merge-partials.js';
export { streamRejects } from './stream-rejects.js';
export { readSummaryPage, type SummaryFilePage } from './read-summary.js';
