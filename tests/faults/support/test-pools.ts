import mysql from 'mysql2/promise';
import pg from 'pg';
import type { FaultServers } from './fault-servers.js';

/** The test's own connections, past the proxies. */
export class TestPools {
  readonly #servers: FaultServers;
  #postgres: pg.Pool;
  #mysql: mysql.Pool;

  constructor(servers: FaultServers) {
    this.#servers = servers;
    this.#postgres = this.#openPostgres();
    this.#mysql = this.#openMysql();
  }

  get postgres(): pg.Pool {
    return this.#postgres;
  }

  get mysql(): mysql.Pool {
    return this.#mysql;
  }

  /** Opens them anew, after a server has got another port. */
  reconnect(): void {
    // Not waited for: a pool ends only when its last client is given back.
    for (const pool of [this.#postgres, this.#mysql]) void pool.end().catch(() => undefined);
    this.#postgres = this.#openPostgres();
    this.#mysql = this.#openMysql();
  }

  async end(): Promise<void> {
    await Promise.allSettled([this.#postgres.end(), this.#mysql.end()]);
  }

  #openPostgres(): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.#servers.url('postgres'), max: 3 });
    pool.on('error', () => undefined);
    return pool;
  }

  #openMysql(): mysql.Pool {
    return mysql.createPool({ uri: this.#servers.url('mysql'), supportBigNumbers: true, bigNumberStrings: true, connectionLimit: 3 });
  }
}
