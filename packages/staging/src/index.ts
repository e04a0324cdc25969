export * from './manifest.js';
export * from './run-folders.js';
export * from './manifests.js';
export * from './rejects.js';
export * from './forget-partition.js';
export * from './chunk-names.js';
export * from './kept-version.js';
