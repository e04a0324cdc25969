// Compose and the stack, for real: builds the images, brings both up, triggers runs, scales, rolls, kills, and checks what is published
// each time against sums of its own. Skips, saying so, where no Docker engine is there.
//
//   node tests/docker/run.mjs [build] [compose] [stack] [rotation] [scaling] [patience]       all of them unless some are named
//
// DOCKER_BASE_IMAGES may name a command that makes or fetches the base images; it is given the Dockerfile, the Compose and the stack file.
import { inspect } from 'node:util';
import { say } from './deployment.mjs';
import { buildImages, testCompose } from './compose.mjs';
import { execute, missingEngine } from './docker.mjs';
import { testScaling } from './scaling.mjs';
import { testPatience, testRotation, testStack } from './stack.mjs';

const PARTS = {
  async build() {
    const base = (process.env.DOCKER_BASE_IMAGES ?? '').split(' ').filter((word) => word !== '');
    if (base.length > 0) await execute([...base, 'docker/Dockerfile', 'docker/docker-compose.yml', 'docker-stack.yml']);
    await buildImages();
  },
  compose: testCompose,
  stack: testStack,
  rotation: testRotation,
  scaling: testScaling,
  patience: testPatience,
};

const missing = missingEngine();
if (missing !== undefined) {
  say(`skipped: ${missing}`);
} else {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !Object.hasOwn(PARTS, name));
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: none of ${Object.keys(PARTS).join(', ')}`);
  let failed = 0;
  const names = Object.keys(PARTS).filter((name) => wanted.length === 0 || wanted.includes(name));
  for (const name of names) {
    try {
      await PARTS[name]();
    } catch (error) {
      failed += 1;
      say(`FAILED in ${name}: ${inspect(error)}`);
      // Without images the rest would only fail, too.
      if (name === 'build') break;
    }
  }
  say(`${names.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
