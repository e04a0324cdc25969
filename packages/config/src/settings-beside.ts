import { EtlError } from '@retail-etl/contracts';

/** Throws CONFIG_INVALID if settings are there that hold for the built-in sources alone: it would not be clear which counts. */
export function refuseSettingsBeside(names: readonly string[]): void {
  if (names.length === 0) return;
  throw new EtlError(
    'CONFIG_INVALID',
    `${names.join(', ')} set beside a declaration of sources: remove the setting, and say it in sources.yaml`,
  );
}
