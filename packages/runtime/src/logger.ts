import { pino, type Logger } from 'pino';

export type { Logger };

/** One JSON line an event on stdout. Steps add `run`, `stage` and `partition` through child loggers. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Errors are logged as {code, message}; these paths are a second net for what a library might attach.
    redact: { paths: ['*.password', '*.authorization', '*.cookie', 'err.config', 'err.sql', 'err.cause'], remove: true },
  });
}
