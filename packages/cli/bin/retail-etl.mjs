#!/usr/bin/env node
/* Goes the way of every npm script: what is not installed or built yet is, then the command runs in compiled code. */
process.argv.splice(2, 0, 'cli');
await import(new URL('../../local-stack/bin/bootstrap.mjs', import.meta.url).href);
