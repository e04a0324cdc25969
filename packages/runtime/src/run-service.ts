import { type CrashPlan, planCrash, setTimeScale } from '@retail-etl/faults';
import { EtlError, refusesStart } from '@retail-etl/contracts';
import { createLogger, type Logger } from './logger.js';

export interface ServiceContext {
  readonly log: Logger;
  /** Aborted when the service has to stop: boot loops and waits end. */
  readonly stopping: AbortSignal;
  /** Registers what has to be stopped; called in reverse order, each with the same deadline running. */
  onStop(stop: () => Promise<unknown>): void;
  /** Ends the service because it cannot do its work: logs one line with code and remedy, then stops. */
  fail(error: unknown): Promise<void>;
}

/** sysexits.h: starting again with the same settings changes nothing. */
const EX_CONFIG = 78;

/** Longest time a service takes to stop: jobs at work finish or are given back. Containers' stop grace must be above it. */
export const STOP_TIMEOUT_MS = 20_000;

/**
 * Runs a service until SIGTERM or SIGINT. A faulty configuration ends it at once with exit code 78 (EX_CONFIG) and one line that
 * lists every problem, a ledger of a later version with the same code; an error nobody caught ends it with code 1, and the supervisor
 * starts it again.
 */
export async function runService<Config extends { logLevel: string; faults?: { crash: CrashPlan | undefined; timeScale: number } }>(
  name: string,
  loadConfig: () => Config,
  start: (config: Config, context: ServiceContext) => Promise<void>,
): Promise<void> {
  let config: Config;
  try {
    config = loadConfig();
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    createLogger(name, 'info').fatal({ code: error.code, remedy: error.remedy }, error.message);
    process.exitCode = EX_CONFIG;
    return;
  }
  const log = createLogger(name, config.logLevel);
  if (config.faults !== undefined) {
    const { crash, timeScale } = config.faults;
    log.warn({ crash, timeScale }, 'faults are switched on: this is a test');
    setTimeScale(timeScale);
    if (crash !== undefined) planCrash(crash);
  }
  const stopping = new AbortController();
  const stops: (() => Promise<unknown>)[] = [];

  const stop = async (why: string, code: number): Promise<void> => {
    if (stopping.signal.aborted) return;
    log.info({ why }, 'stopping');
    setTimeout(() => {
      log.error({ timeoutMs: STOP_TIMEOUT_MS }, 'did not stop in time; leaving');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    stopping.abort(new Error(why));
    for (const each of stops.reverse()) {
      await each().catch((error: unknown) => log.warn({ reason: String(error) }, 'while stopping'));
    }
    log.info('stopped');
    process.exit(code);
  };
  process.on('SIGTERM', () => void stop('SIGTERM', 0));
  process.on('SIGINT', () => void stop('SIGINT', 0));
  process.on('uncaughtException', (error) => {
    log.fatal({ reason: error.message, stack: error.stack }, 'uncaught error');
    void stop('uncaught error', 1);
  });
  process.on('unhandledRejection', (reason) => {
    log.fatal({ reason: String(reason), stack: reason instanceof Error ? reason.stack : undefined }, 'unhandled rejection');
    void stop('unhandled rejection', 1);
  });

  const fail = async (error: unknown): Promise<void> => {
    if (stopping.signal.aborted) return;
    const { code, remedy } = error instanceof EtlError ? error : { code: 'INTERNAL', remedy: undefined };
    log.fatal({ code, remedy }, error instanceof Error ? error.message : String(error));
    await stop('could not start', refusesStart(error) ? EX_CONFIG : 1);
  };
  try {
    await start(config, { log, stopping: stopping.signal, onStop: (each) => stops.push(each), fail });
  } catch (error) {
    await fail(error);
  }
}
