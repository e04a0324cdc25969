export { type Connection, containerProcessors, type Engine, openEngine } from './engine.js';
export { checkDateFormats } from './check-date-formats.js';
export { judgeRows, type RuleOptions } from './cleaning-rules.js';
export { transformChunk, type ChunkToTransform, type TransformedChunk } from './transform-chunk.js';
export { mergePartials, type MergedSummary, type PartialFile } from './merge-partials.js';
export { streamRejects } from './stream-rows.js';
export { readSummaryPage, type SummaryFilePage } from './read-summary.js';
