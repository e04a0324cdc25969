import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generateTypes } from '../page/generate-types.mjs';
import { createWorld } from '../../../tests/support/gateway-harness.js';

const TYPES = join(import.meta.dirname, '..', 'page', 'src', 'api', 'schema.d.ts');

/** After a change of the API: UPDATE_PAGE_TYPES=1 npm test -- services/gateway/tests/page-types.test.ts */
test('the types of the page are those of the OpenAPI document', async () => {
  const world = await createWorld();
  try {
    const gateway = await world.start();
    const document = await (await gateway.api('GET', '/openapi.json')).text();
    if (process.env['UPDATE_PAGE_TYPES'] === '1') await writeFile(TYPES, await generateTypes(document));
    expect(shape(await readFile(TYPES, 'utf8'))).toBe(shape(await generateTypes(document)));
  } finally {
    await world.stop();
  }
});

/** The types without what is only layout. */
const shape = (source: string): string =>
  source
    .replace(/\/\*\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .trim();
