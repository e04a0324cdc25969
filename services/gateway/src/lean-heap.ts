import { setFlagsFromString } from 'node:v8';

// Keeps V8's young generation small: the gateway makes little garbage, and its growth would cost 25 MB for nothing. Has to be set
// before the heap grows, so main.ts imports this first.
setFlagsFromString('--semi-space-growth-factor=1');
