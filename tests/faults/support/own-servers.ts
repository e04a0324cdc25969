import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Children } from '@retail-etl/local-stack';
import { findServerPrograms } from '@retail-etl/local-stack/servers/programs';
import { startMysql } from '@retail-etl/local-stack/servers/mysql';
import { startPostgres } from '@retail-etl/local-stack/servers/postgres';
import { startRedis } from '@retail-etl/local-stack/servers/redis';
import type { RunningServer } from '@retail-etl/local-stack/servers/server';

/** A server of the test's own, which it may stop, kill and start again. Its data survives all three. */
export interface OwnServer {
  /** Of the process that runs now, or ran last: every start takes another port. */
  readonly url: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export type OwnServerName = 'redis' | 'postgres' | 'mysql';

const PASSWORD = 'only-for-this-test';

/** Starts a server below `dir`. `onPort` is told the port of every start. Ends with `children`. */
export async function startOwnServer(
  name: OwnServerName,
  dir: string,
  children: Children,
  onPort: (port: number) => void,
): Promise<OwnServer> {
  mkdirSync(dir, { recursive: true });
  const programs = await findServerPrograms();
  const place = { folder: join(dir, name), logPath: join(dir, `${name}-server.log`), durability: 'durable' } as const;
  const launch = async (): Promise<{ server: RunningServer; url: string }> => {
    switch (name) {
      case 'redis':
        return startRedis({ ...place, program: present(name, programs.redis), password: PASSWORD }, children);
      case 'mysql':
        return startMysql({ ...place, programs: present(name, programs.mysql), password: PASSWORD }, children);
      case 'postgres': {
        const passwords = { ownerPassword: PASSWORD, readerPassword: PASSWORD };
        const { server, ownerUrl } = await startPostgres({ ...place, ...passwords, programs: present(name, programs.postgres) }, children);
        return { server, url: ownerUrl };
      }
    }
  };
  let running = await launch();
  onPort(running.server.port);
  return {
    get url() {
      return running.url;
    },
    stop: () => running.server.process.stop(),
    async kill() {
      running.server.process.kill();
      await running.server.process.ended;
    },
    async start() {
      running = await launch();
      onPort(running.server.port);
    },
  };
}

function present<T>(name: string, program: T | undefined): T {
  if (program === undefined) throw new Error(`the programs of ${name} are not on this machine`);
  return program;
}
