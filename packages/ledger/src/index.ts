export { createSchema } from './schema.js';
export { fromJson, type Run, selectRuns, toReport } from './run-row.js';
export * from './runs.js';
export * from './run-state.js';
export * from './schedules.js';
export * from './alerts.js';
export * from './audit.js';
export * from './figures.js';
