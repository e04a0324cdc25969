export * from './checked-file.js';
export * from './in-batches.js';
export * from './json-file.js';
export * from './remove-files.js';
export * from './durable-files.js';
export * from './read-lines.js';
