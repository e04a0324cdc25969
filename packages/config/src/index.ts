export * from './config.js';
export { SettingsReader } from './read-settings.js';
export { OWN_SEGMENTS } from './base-path.js';
export { childEnvironment, dropDriverVariables, settingNames } from './foreign-variables.js';
export { type MysqlServer, parseMysqlUrl } from './connections/mysql-url.js';
export { parsePostgresUrl } from './connections/postgres-url.js';
export { parseRedisUrl } from './connections/redis-url.js';
export { tlsOptions } from './connections/tls-parameters.js';
export { tlsRefusal } from './connections/tls-refusal.js';
