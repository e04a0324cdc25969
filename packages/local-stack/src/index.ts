export { Children } from './process/children.js';
export { REPO_ROOT } from './paths.js';
export { findFreePort } from './servers/free-port.js';
