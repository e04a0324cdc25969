import { expect, test } from 'vitest';
import { messagesOf } from '../model/made-up.js';
import { checkImagePins } from './image-pins.js';

const DIGEST = `sha256:${'0a'.repeat(32)}`;
const PINS = `# Comment\nREDIS_IMAGE=redis:8@${DIGEST}\nNODE_IMAGE=node:24@${DIGEST}\n`;
const DOCKERFILE = 'ARG NODE_IMAGE=node:24\nFROM ${NODE_IMAGE} AS base\nFROM base AS build\n';
const COMPOSE =
  'services:\n  redis:\n    image: ${REDIS_IMAGE:-redis:8}\n  ours:\n    image: ${REGISTRY:-}retail-etl/setup:${TAG:-0.1.0}\n';
const check = (compose: string, dockerfile: string, pins: string): string[] =>
  messagesOf(
    checkImagePins(
      new Map([
        ['compose.yml', compose],
        ['Dockerfile', dockerfile],
      ]),
      pins,
    ),
  );

test('images that are variables and pinned pass', () => {
  expect(check(COMPOSE, DOCKERFILE, PINS)).toEqual([]);
});

test.each([
  ['another tag', PINS.replace('redis:8', 'redis:7'), 'compose.yml has redis:8 for REDIS_IMAGE, images.env redis:7 by a digest.'],
  ['no digest', PINS.replace(`redis:8@${DIGEST}`, 'redis:8'), 'compose.yml has redis:8 for REDIS_IMAGE, images.env nothing by a digest.'],
  ['no line', PINS.replace(/^NODE.*$/m, ''), 'Dockerfile has node:24 for NODE_IMAGE, images.env nothing by a digest.'],
  ['one too many', `${PINS}MYSQL_IMAGE=mysql:9@${DIGEST}\n`, 'images.env pins MYSQL_IMAGE, which nothing uses.'],
])('images.env with %s does not', (_, pins, message) => {
  expect(check(COMPOSE, DOCKERFILE, pins)).toEqual([message]);
});

test('an image that is no variable does not', () => {
  expect(check(`${COMPOSE}  mysql:\n    image: mysql:9\n`, DOCKERFILE, PINS)).toEqual([
    expect.stringContaining('compose.yml names mysql:9'),
  ]);
  expect(check(COMPOSE, `${DOCKERFILE}FROM debian:12-slim AS tools\n`, PINS)).toEqual([
    expect.stringContaining('Dockerfile names debian:12-slim'),
  ]);
});
