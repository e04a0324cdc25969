import { createHash } from 'node:crypto';
import { newSecret } from './new-secret.js';

/** Who is given a secret: the databases (and set-up, which acts as their owner), the services, or Redis beside them. */
export type SecretReader = 'databases' | 'services' | 'redis';

/** Secrets by the name of their file below `/run/secrets`. */
export type Secrets = Readonly<Record<string, { readonly value: string; readonly reader: SecretReader }>>;

export interface NewSecretsOptions {
  /** From 2 on, only what the services use is made anew, with users of its own in every server, so that old and new work side by side. */
  readonly version?: number;
  /** The file `redis_acl` of the version before. Its newest user is kept until the version after this one. */
  readonly redisAclBefore?: string;
}

const POSTGRES_OWNER = 'etl_owner';

/** The secrets of a deployment that brings its own servers, under the host names `redis`, `postgres` and `mysql`. */
export function newSecrets({ version = 1, redisAclBefore = '' }: NewSecretsOptions = {}): Secrets {
  const suffix = version === 1 ? '' : `_v${version}`;
  const redisUser = `etl${suffix}`;
  const redisPassword = newSecret();
  const kept = redisAclBefore.split('\n').findLast((line) => line.startsWith('user etl'));
  const forServices = {
    redis_acl: { value: redisAcl([...(kept === undefined ? [] : [kept]), redisAclUser(redisUser, redisPassword)]), reader: 'redis' },
    redis_url: { value: `redis://${redisUser}:${redisPassword}@redis:6379`, reader: 'services' },
    postgres_url: { value: `postgres://etl_reader${suffix}:${newSecret()}@postgres:5432/shop`, reader: 'services' },
    mysql_url: { value: `mysql://etl${suffix}:${newSecret()}@mysql:3306/warehouse`, reader: 'services' },
    admin_password: { value: newSecret(), reader: 'services' },
    viewer_password: { value: newSecret(), reader: 'services' },
    api_token: { value: newSecret(), reader: 'services' },
  } satisfies Secrets;
  return version === 1 ? { ...serverSecrets(), ...forServices } : forServices;
}

function serverSecrets(): Secrets {
  const postgresPassword = newSecret();
  const mysqlPassword = newSecret();
  return {
    postgres_owner_password: { value: postgresPassword, reader: 'databases' },
    mysql_root_password: { value: mysqlPassword, reader: 'databases' },
    setup_postgres_url: { value: `postgres://${POSTGRES_OWNER}:${postgresPassword}@postgres:5432/shop`, reader: 'databases' },
    setup_mysql_url: { value: `mysql://root:${mysqlPassword}@mysql:3306/warehouse`, reader: 'databases' },
  };
}

/** Only a hash of the password, which is too long to be guessed. The queues need none of the commands that administer the server. */
function redisAclUser(name: string, password: string): string {
  const hash = createHash('sha256').update(password).digest('hex');
  return `user ${name} on #${hash} ~* &* +@all -@admin -@dangerous +info +client|list`;
}

/** Nobody gets in without a name; `health` may ask whether the server is there, and nothing else. */
function redisAcl(users: readonly string[]): string {
  return ['user default off resetpass -@all', 'user health on nopass resetkeys resetchannels -@all +ping', ...users, ''].join('\n');
}
