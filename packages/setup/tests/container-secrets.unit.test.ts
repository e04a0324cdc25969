import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSecrets } from '@retail-etl/setup';
import { keepSecrets } from '../dist/keep-secrets.js';
import { expect, onTestFinished, test } from 'vitest';

const valueOf = (secrets: ReturnType<typeof newSecrets>, name: string): string => secrets[name]?.value ?? '';

test('Redis is told hashes of passwords, never the passwords', () => {
  const secrets = newSecrets();
  const { username, password } = new URL(valueOf(secrets, 'redis_url'));
  const acl = valueOf(secrets, 'redis_acl');
  expect(acl).toContain(`user ${username} on #${createHash('sha256').update(password).digest('hex')} `);
  expect(acl).not.toContain(password);
  expect(acl).toMatch(/^user default off /m);
});

test('a later version has users of its own, keeps the one before in Redis, and leaves the owners alone', () => {
  const first = newSecrets();
  const second = newSecrets({ version: 2, redisAclBefore: valueOf(first, 'redis_acl') });
  const third = newSecrets({ version: 3, redisAclBefore: valueOf(second, 'redis_acl') });
  expect(Object.keys(second)).not.toContain('mysql_root_password');
  expect(new URL(valueOf(second, 'mysql_url')).username).toBe('etl_v2');
  const users = valueOf(third, 'redis_acl').match(/^user \S+/gm);
  expect(users).toEqual(['user default', 'user health', 'user etl_v2', 'user etl_v3']);
});

test('secrets are made once; the files of single ones come back with what they held', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'retail-etl-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const folders = { databases: await mkdtemp(join(folder, 'd-')), services: await mkdtemp(join(folder, 's-')) };
  const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  expect(keepSecrets(folders, me)).toBe(true);
  const token = await readFile(join(folders.services, 'api_token'), 'utf8');
  await rm(join(folders.services, 'api_token'));
  expect(keepSecrets(folders, me)).toBe(false);
  expect(await readFile(join(folders.services, 'api_token'), 'utf8')).toBe(token);
  expect((await stat(join(folders.services, 'api_token'))).mode & 0o777).toBe(0o400);
  expect((await readdir(folders.services)).sort()).toEqual([
    'admin_password',
    'api_token',
    'mysql_url',
    'postgres_url',
    'redis_acl',
    'redis_url',
    'viewer_password',
  ]);
});
