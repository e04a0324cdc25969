import { spillFolder } from '@retail-etl/staging';
import { checkDateFormats } from '@retail-etl/judging';
import { containerProcessors, openEngine } from '@retail-etl/duckdb';
import { loadTransformerConfig } from '@retail-etl/config';
import { QUEUES } from '@retail-etl/contracts';
import { openDatabase } from '@retail-etl/mysql';
import { runService, serveSteps } from '@retail-etl/runtime';
import { mergeRun } from './merge-run.js';
import { SharedMemory } from './shared-memory.js';
import { transformChunk } from './transform-chunk.js';

/** Less than one processor has no gaps to fill: there a second chunk would only be kept from a replica that has nothing to do. */
const concurrencyMax = containerProcessors() < 1 ? 1 : Infinity;

await runService(
  'transformer',
  () => loadTransformerConfig(),
  async (config, context) => {
    const database = openDatabase(config.mysqlUrl);
    const engine = await openEngine(spillFolder(config.dataDir));
    context.onStop(() => Promise.resolve(engine.close()));
    await checkDateFormats(engine, config.csvDateFormats);
    const deps = { ...config, database, engine };
    const memory = new SharedMemory(engine);
    await serveSteps({
      name: 'transformer',
      queue: QUEUES.transform,
      config,
      context,
      concurrencyMax,
      database,
      handlers: {
        transform: (data, step) => memory.run((isAlone) => transformChunk(data, deps, step, isAlone)),
        merge: (data, step) => memory.run(() => mergeRun(data, deps, step)),
      },
    });
  },
);
