import { EtlError } from '@retail-etl/contracts';

/** RATE_LIMITED, with the time until the limit is over. */
export class Limited extends EtlError {
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super('RATE_LIMITED', message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
