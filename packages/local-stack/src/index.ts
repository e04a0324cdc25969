export { Children } from './process/children.js';
export { ManagedProcess, type ProcessEnd, type ProcessOptions } from './process/managed-process.js';
export { StackProblem } from './problem.js';
export { REPO_ROOT } from './paths.js';
export { findFreePort, isPortFree } from './servers/free-port.js';
export { setUp } from './setup/setup.js';
export { ONLINE_SALES, STORE_SALES, toStoreFile, type SampleSale } from './setup/sample-data.js';
