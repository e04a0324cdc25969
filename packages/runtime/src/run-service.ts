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
const STOP_TIMEOUT_MS = 20_000;

interface ServiceConfig {
  readonly logLevel: string;
  readonly faults?: { readonly crash: CrashPlan | undefined; readonly timeScale: number };
}

/**
 * Runs a service until SIGTERM or SIGINT. A faulty configuration ends it at once with exit code 78 (EX_CONFIG) and one line that
 * lists every problem, a ledger of a later version with the same code; an error nobody caught ends it with code 1, and the supervisor
 * starts it again.
 */
export async function runService<Config extends ServiceConfig>(
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
  switchFaultsOn(config, log);
  const service = new RunningService(log);
  try {
    await start(config, service);
  } catch (error) {
    await service.fail(error);
  }
}

function switchFaultsOn({ faults }: ServiceConfig, log: Logger): void {
  if (faults === undefined) return;
  const { crash, timeScale } = faults;
  log.warn({ crash, timeScale }, 'faults are switched on: this is a test');
  setTimeScale(timeScale);
  if (crash !== undefined) planCrash(crash);
}

/** Ends the process in good order: by a signal, by an error that nobody caught, or by `fail`. */
class RunningService implements ServiceContext {
  readonly log: Logger;
  readonly #stopping = new AbortController();
  readonly #stops: (() => Promise<unknown>)[] = [];

  constructor(log: Logger) {
    this.log = log;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void this.#stop(signal, 0));
    process.on('uncaughtException', (error) => this.#crash('uncaught error', error));
    process.on('unhandledRejection', (reason) => this.#crash('unhandled rejection', reason));
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  onStop(stop: () => Promise<unknown>): void {
    this.#stops.push(stop);
  }

  async fail(error: unknown): Promise<void> {
    if (this.stopping.aborted) return;
    const { code, remedy } = error instanceof EtlError ? error : { code: 'INTERNAL', remedy: undefined };
    this.log.fatal({ code, remedy }, error instanceof Error ? error.message : String(error));
    await this.#stop('could not start', refusesStart(error) ? EX_CONFIG : 1);
  }

  #crash(what: string, error: unknown): void {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    this.log.fatal({ reason: message, stack }, what);
    void this.#stop(what, 1);
  }

  async #stop(why: string, code: number): Promise<void> {
    if (this.stopping.aborted) return;
    this.log.info({ why }, 'stopping');
    setTimeout(() => {
      this.log.error({ timeoutMs: STOP_TIMEOUT_MS }, 'did not stop in time; leaving');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    this.#stopping.abort(new Error(why));
    for (const stop of this.#stops.reverse()) {
      await stop().catch((error: unknown) => this.log.warn({ reason: String(error) }, 'while stopping'));
    }
    this.log.info('stopped');
    process.exit(code);
  }
}
