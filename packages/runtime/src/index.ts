export { classifyError } from './classify.js';
export { createLogger, type Logger } from './logger.js';
export { startHealthServer } from './health-server.js';
export { metricsRegistry, startMetrics } from './metrics.js';
export { runService, type ServiceContext } from './run-service.js';
export { type StepContext, type StepHandler, type StepHandlers } from './step-runner.js';
export { untilReady } from './until-ready.js';
export { serveSteps } from './worker-service.js';
export { outageLog } from './outage-log.js';
