import { SERVICE_NAMES, type ServiceName } from '../../support/service-processes.js';
import type { Cleanups } from './cleanups.js';
import { type FaultServers, type MysqlLogin, SERVERS } from './fault-servers.js';
import type { OwnServerName } from './own-servers.js';
import { startProxy, type TcpProxy } from './tcp-proxy.js';

/** A proxy for each service to each server. */
export class FaultProxies {
  readonly all = Object.fromEntries(SERVERS.map((server) => [server, {}])) as Record<OwnServerName, Record<ServiceName, TcpProxy>>;

  /** Does something to all services' proxies of one server; nothing before `start`. */
  network(server: OwnServerName, act: (proxy: TcpProxy) => void): void {
    for (const proxy of Object.values(this.all[server])) act(proxy);
  }

  async start(servers: FaultServers, cleanups: Cleanups): Promise<void> {
    for (const server of SERVERS) {
      for (const service of SERVICE_NAMES) this.all[server][service] = await startProxy(Number(new URL(servers.url(server)).port));
    }
    const { all } = this;
    cleanups.add(function closeProxies() {
      return Promise.all(SERVERS.flatMap((server) => SERVICE_NAMES.map((service) => all[server][service].close())));
    });
  }

  /** The servers as a service gets to them. */
  urls(service: ServiceName, servers: FaultServers): NodeJS.ProcessEnv {
    return {
      REDIS_URL: through(servers.url('redis'), this.all.redis[service]),
      POSTGRES_URL: through(servers.url('postgres'), this.all.postgres[service]),
      MYSQL_URL: through(servers.url('mysql'), this.all.mysql[service], servers.mysqlLogin),
    };
  }
}

function through(url: string, proxy: TcpProxy, login?: MysqlLogin): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(proxy.port);
  if (login !== undefined) Object.assign(changed, login);
  return changed.toString();
}
