export * from './run-folders.js';
export * from './manifest.js';
export * from './checked-file.js';
export * from './manifests.js';
export * from './rejects.js';
