import { connect } from 'node:net';
import { EtlError } from '@retail-etl/contracts';

/** The servers that a URL is for, and what else is often found behind a wrong port. */
type ServerKind = 'MySQL' | 'PostgreSQL' | 'Redis' | 'HTTP';

/** Where a URL leads, which server it is for, and the setting that has it. */
export interface ServerPlace {
  readonly host: string;
  readonly port: number;
  readonly expected: 'MySQL' | 'PostgreSQL' | 'Redis';
  readonly setting: string;
}

/** How long each question waits for a first byte. A server of another kind answers at once or never. */
const ANSWER_MS = 1_000;

/** PostgreSQL answers this request for TLS by one letter. Nobody else understands it, and it leaves no line in PostgreSQL's log. */
const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Redis answers it by PONG or a refusal, a web server by an error. */
const PING = Buffer.from('PING\r\n\r\n');

/**
 * Looks at who answers at the place where a driver has failed before it heard anything that it understands. Resolves to WRONG_SERVER if that
 * is a server of another kind, which waiting does not change, and to undefined if it is the right one, silent or away. Takes up to four seconds.
 */
export async function otherServer({ host, port, expected, setting }: ServerPlace): Promise<EtlError | undefined> {
  // The folder of a socket. Nobody puts another server's socket there under PostgreSQL's name.
  if (host.startsWith('/')) return undefined;
  const found = await kindOfServer(host, port);
  if (found === undefined || found === expected) return undefined;
  const what = found === 'unknown' ? 'another kind of server' : found === 'HTTP' ? 'a web server (HTTP)' : `a ${found} server`;
  return new EtlError('WRONG_SERVER', `${setting} is to lead to ${expected}, but ${what} answers at ${host}:${port}`);
}

/** `unknown`: a server that speaks first, but is not MySQL, such as SSH. Undefined: it told nothing. */
async function kindOfServer(host: string, port: number): Promise<ServerKind | 'unknown' | undefined> {
  const greeting = await firstBytes(host, port);
  if (greeting === undefined) return undefined;
  if (greeting.length > 0) return kindOf(greeting) ?? 'unknown';
  for (const question of [TLS_REQUEST, PING]) {
    const kind = kindOf((await firstBytes(host, port, question)) ?? Buffer.alloc(0), question);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

function kindOf(bytes: Buffer, question?: Buffer): ServerKind | undefined {
  // The first packet of a connection: a greeting of protocol 10, or a refusal to greet.
  if (bytes.length > 4 && bytes[3] === 0 && (bytes[4] === 10 || bytes[4] === 255)) return 'MySQL';
  const text = bytes.toString('latin1');
  if (question === TLS_REQUEST && /^[SN]$/.test(text)) return 'PostgreSQL';
  if (/^(HTTP\/|<html|<!doctype)/i.test(text)) return 'HTTP';
  return /^(\+PONG|-[A-Z]+ )/.test(text) ? 'Redis' : undefined;
}

/** What comes first on a new connection, nothing if nothing does. Undefined if there is no connection. */
function firstBytes(host: string, port: number, question?: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let isConnected = false;
    const socket = connect({ host, port });
    const end = (bytes: Buffer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isConnected ? bytes : undefined);
    };
    const nothing = (): void => end(Buffer.alloc(0));
    const timer = setTimeout(nothing, ANSWER_MS);
    socket.once('connect', () => {
      isConnected = true;
      if (question !== undefined) socket.write(question);
    });
    socket.once('data', end);
    socket.once('error', nothing);
    socket.once('close', nothing);
  });
}
