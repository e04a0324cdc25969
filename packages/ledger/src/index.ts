export { checkLedger } from './ledger-version.js';
export { migrateLedger, type MigrateOptions } from './migrate.js';
export { readMigrations } from './migrations.js';
export { readMigrationLog } from './migration-log.js';
export { type Run, toReport } from './run-row.js';
export * from './runs.js';
export {
  advanceState,
  cancelRun,
  claimSlot,
  endRun,
  failRun,
  QUEUED_RUNS_MAX,
  readRunState,
  recordFindings,
  retryRun,
} from './run-state.js';
export * from './publication.js';
export * from './schedules.js';
export * from './alerts.js';
export * from './audit.js';
export * from './clock.js';
export * from './figures.js';
