export * from './queues.js';
export * from './run-id-pattern.js';
export * from './ids.js';
export * from './steps.js';
export * from './errors.js';
export * from './jobs.js';
export * from './schema-parts.js';
export * from './run-state.js';
export * from './check.js';
export * from './days.js';
export * from './shown-text.js';
/* What the gateway's HTTP API takes and gives. The OpenAPI document is made from these, and the page's types from that document. */
export * from './api/problem.js';
export * from './api/runs.js';
export * from './api/schedules.js';
export * from './api/overview.js';
export * from './api/alerts.js';
export * from './api/sessions.js';
