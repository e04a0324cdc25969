import { SettingsReader } from '@retail-etl/config';
import { EtlError } from '@retail-etl/contracts';

type Env = Readonly<Record<string, string | undefined>>;

/** Reads settings from `env`, or the process's own environment, by `reader`. Throws one CONFIG_INVALID that lists every problem. */
export function readSettings<T>(env: Env | undefined, reader: (read: SettingsReader) => T): T {
  const read = new SettingsReader(env);
  const settings = reader(read);
  if (read.problems.length > 0) throw new EtlError('CONFIG_INVALID', read.problems.join('; '));
  return settings;
}

/** `host:port` of a server's URL: what may be shown of it, since the rest can hold a password. */
export function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return port === '' ? hostname : `${hostname}:${port}`;
}
