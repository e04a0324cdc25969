import { EtlError } from '@retail-etl/contracts';

/** OpenSSL's and Node's codes for a certificate that is not accepted. */
const CERTIFICATE_CODES =
  /^(CERT_.*|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)_.*|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|CRL_.*|ERROR_IN_CERT_.*|PATH_LENGTH_EXCEEDED)$/;

/** And for two sides that found no TLS in common, one of which may speak none. */
const HANDSHAKE_CODES = /^(EPROTO|ERR_SSL_.*|ERR_TLS_.*)$/;

/**
 * An error of TLS as CERTIFICATE_REFUSED or TLS_MISMATCH, which waiting does not heal; undefined for any other error. `text` is the whole
 * message; `setting` names the URL to change.
 */
export function tlsRefusal(cause: unknown, text: string, setting: string): EtlError | undefined {
  const code = (cause as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return undefined;
  if (CERTIFICATE_CODES.test(code)) return new EtlError('CERTIFICATE_REFUSED', `${text} [${setting}]`, { cause });
  return HANDSHAKE_CODES.test(code) ? new EtlError('TLS_MISMATCH', `${text} [${setting}]`, { cause }) : undefined;
}
