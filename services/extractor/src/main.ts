import { dropDriverVariables, loadExtractorConfig } from '@retail-etl/config';
import { QUEUES } from '@retail-etl/contracts';
import { openDatabase } from '@retail-etl/mysql';
import { openProducer } from '@retail-etl/queue';
import { outageLog, runService, serveSteps } from '@retail-etl/runtime';
import { extractPartition } from './extract-partition.js';
import { planRun } from './plan-run.js';
import { connectPostgres } from '@retail-etl/reading';

dropDriverVariables();
await runService(
  'extractor',
  () => loadExtractorConfig(),
  async (config, context) => {
    const database = openDatabase(config.mysqlUrl);
    const producer = openProducer(config.redisUrl, outageLog(context.log));
    context.onStop(() => producer.close());
    const deps = { settings: config, declared: config.sources, database, producer };
    await serveSteps({
      name: 'extractor',
      queue: QUEUES.extract,
      config,
      context,
      database,
      handlers: {
        plan: (data, step) => planRun(data, deps, step),
        extract: (data, step) => extractPartition(data, deps, step),
      },
      probes: { PostgreSQL: async () => (await connectPostgres(config.postgresUrl)).destroy() },
    });
  },
);
