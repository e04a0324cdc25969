import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

/** The metrics of this process. */
export const metricsRegistry = new Registry();

let started = false;

/** Labels every metric with the service and adds the process's own (memory, event loop). Call once at start. */
export function startMetrics(service: string): void {
  if (started) return;
  started = true;
  metricsRegistry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: metricsRegistry });
}

export const stepSeconds = new Histogram({
  name: 'retail_etl_step_duration_seconds',
  help: 'Time a step took, by step and outcome',
  labelNames: ['step', 'outcome'],
  buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
  registers: [metricsRegistry],
});

export const stepRows = new Counter({
  name: 'retail_etl_step_rows_total',
  help: 'Rows handled by finished steps',
  labelNames: ['step'],
  registers: [metricsRegistry],
});
