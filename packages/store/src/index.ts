export * from './checked-file.js';
export * from './in-batches.js';
export * from './manifest.js';
