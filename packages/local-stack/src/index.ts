export { Children } from './process/children.js';
export { ManagedProcess, type ProcessEnd, type ProcessOptions } from './process/managed-process.js';
export { REPO_ROOT } from './paths.js';
export { findFreePort, isPortFree } from './servers/free-port.js';
