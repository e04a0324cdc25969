import { StackProblem } from '@retail-etl/setup';
import { findFreePort, isPortFree } from '../servers/free-port.js';

const DEFAULT_PORT = 8080;
const PORTS_TRIED_MAX = 100;

/** The dashboard's port: the one asked for, or 8080 or the next free one. Throws a StackProblem that names PORT. */
export async function chooseGatewayPort(host: string, asked: number | undefined): Promise<number> {
  if (asked === 0) return findFreePort(host);
  if (asked !== undefined) {
    if (await isPortFree(host, asked)) return asked;
    throw new StackProblem(
      'PORT_TAKEN',
      `PORT is ${asked}, and that port is taken on ${host}`,
      'Stop what listens there, set PORT to another, or leave PORT unset.',
    );
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + PORTS_TRIED_MAX; port += 1) {
    if (await isPortFree(host, port)) return port;
  }
  return findFreePort(host);
}

/** The host by which this machine reaches a server that listens on `host`; brackets around IPv6. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
