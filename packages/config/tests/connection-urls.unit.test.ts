import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadExtractorConfig, parseMysqlUrl, parsePostgresUrl, parseRedisUrl } from '@retail-etl/config';
import { afterAll, expect, test } from 'vitest';

const URLS = {
  REDIS_URL: 'redis://localhost:6379',
  MYSQL_URL: 'mysql://u:p@localhost:3306/w',
  POSTGRES_URL: 'postgres://u:p@localhost:5432/shop',
};
const folder = mkdtempSync(join(tmpdir(), 'urls-'));
const caFile = join(folder, 'ca.pem');
const notPem = join(folder, 'ca.der');
writeFileSync(caFile, '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n');
writeFileSync(notPem, 'no certificate');
afterAll(() => rmSync(folder, { recursive: true }));

const load = (urls: object) => (): unknown => loadExtractorConfig({ ...URLS, DATA_DIR: '/data', ...urls });

test.each([
  ['ssl-mode=REQUIRED', 'none'],
  ['sslMode=required', 'none'],
  ['tls=skip-verify', 'none'],
  ['ssl=true', 'ca'],
  ['ssl=1', 'ca'],
  ['tls=true', 'ca'],
  ['useSSL=true', 'ca'],
  ['ssl-mode=VERIFY_CA', 'ca'],
  [`ssl-mode=REQUIRED&ssl-ca=${caFile}`, 'ca'],
  [`ssl_ca=${caFile}`, 'ca'],
  ['sslmode=verify-full', 'identity'],
  ['ssl-mode=VERIFY_IDENTITY', 'identity'],
  ['ssl-mode=DISABLED', undefined],
  ['ssl=false', undefined],
  ['', undefined],
])('MySQL: %s verifies %s', (query, verify) => {
  expect(parseMysqlUrl(`mysql://u:p@h/w?${query}`).tls?.verify).toBe(verify);
});

test.each([
  ['sslmode=disable', undefined],
  ['ssl=0', undefined],
  ['sslmode=no-verify', 'none'],
  ['ssl=no-verify', 'none'],
  ['sslmode=require', 'identity'],
  ['sslmode=verify-ca', 'identity'],
  ['sslmode=verify-full', 'identity'],
  ['ssl=true', 'identity'],
  ['uselibpqcompat=true&sslmode=require', 'none'],
  ['uselibpqcompat=true&sslmode=verify-ca', 'ca'],
  [`uselibpqcompat=true&sslmode=require&sslrootcert=${caFile}`, 'ca'],
  [`sslrootcert=${caFile}`, 'identity'],
])('PostgreSQL: %s verifies %s', (query, verify) => {
  expect(parsePostgresUrl(`postgres://u:p@h/w?${query}`).tls?.verify).toBe(verify);
});

test.each([
  ['redis://h', undefined],
  ['rediss://h', 'identity'],
  ['rediss://h?ssl_cert_reqs=none', 'none'],
  ['redis://h?tls=true', 'identity'],
  [`rediss://h/3?ssl_ca_certs=${caFile}`, 'identity'],
  ['rediss://h?sslmode=verify-ca', 'ca'],
])('Redis: %s verifies %s', (url, verify) => {
  expect(parseRedisUrl(url).tls?.verify).toBe(verify);
});

test('the parts arrive as they are meant', () => {
  expect(parseMysqlUrl('mariadb://e%40x:p%25%2F%23@[::1]/ware%20house')).toEqual({
    host: '::1',
    port: 3306,
    user: 'e@x',
    password: 'p%/#',
    database: 'ware house',
  });
  expect(parseRedisUrl('redis://:p%25@h:7000/12')).toMatchObject({ host: 'h', port: 7000, user: '', password: 'p%', database: 12 });
  expect(parseRedisUrl('redis://h?db=4').database).toBe(4);
  expect(parsePostgresUrl('postgres:///shop?host=/run/postgresql&port=5433&user=u')).toMatchObject({
    host: '/run/postgresql',
    port: 5433,
    user: 'u',
    database: 'shop',
  });
  expect(parsePostgresUrl('postgres://u@h/shop?options=-c%20search_path%3Dshop&application_name=x')).toMatchObject({
    options: '-c search_path=shop',
    applicationName: 'x',
  });
});

/** `pa…` stands for a password that a careless hand has put in without encoding. None of it may be shown. */
test.each([
  ['REDIS_URL', 'redis://:pa%ss@h:6379'],
  ['REDIS_URL', 'redis://:pa#ss@h:6379'],
  ['REDIS_URL', 'redis://:12/pass@h:6379'],
  ['REDIS_URL', 'redis://:12?pass=1@h:6379'],
  ['REDIS_URL', 'redis://h:6379/pass'],
  ['REDIS_URL', 'redis://h:65536'],
  ['REDIS_URL', 'redis://h:0'],
  ['REDIS_URL', 'redis://h:pass'],
  ['MYSQL_URL', 'mysql://u:pa%ss@h/w'],
  ['MYSQL_URL', 'mysql://u:pa%FFss@h/w'],
  ['MYSQL_URL', 'mysql://u:12#pass@h/w'],
  ['MYSQL_URL', 'mysql://u:pa\tss@h/w'],
  ['MYSQL_URL', 'mysql://u:p@h/w/pass'],
  ['MYSQL_URL', 'mysql://u:p@h:99999/w'],
  ['POSTGRES_URL', 'postgres://u:pa%ss@h/shop'],
  ['POSTGRES_URL', 'postgres://u:12?pass@h/shop'],
  ['POSTGRES_URL', 'postgres://u:p@h/shop#pass'],
])('%s=%s: percent-encode', (name, url) => {
  expect(load({ [name]: url })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  expect(load({ [name]: url })).toThrow(new RegExp(`^${name} .*percent-encode`));
  expect(load({ [name]: url })).not.toThrow(/pass(?!word)|pa%|pa#|99999/);
});

test.each([
  ['MYSQL_URL', 'mysql://u:p@h/w?charset=secret', '"charset"'],
  ['MYSQL_URL', 'mysql://u:p@h/w?ssl-mode=PREFERRED', '"ssl-mode".*verify-identity'],
  ['MYSQL_URL', 'mysql://u:p@h/w?ssl={"rejectUnauthorized":false}', '"ssl"'],
  ['MYSQL_URL', 'mysql://u:p@h/w?ssl-mode=REQUIRED&tls=false', '"ssl-mode" and "tls"'],
  ['MYSQL_URL', 'mysql://u:p@h/w?ssl-mode=REQUIRED&sslmode=DISABLED', '"sslmode" twice'],
  ['MYSQL_URL', `mysql://u:p@h/w?ssl-ca=${notPem}`, '"ssl-ca", a file that holds no CERTIFICATE'],
  ['MYSQL_URL', 'mysql://u:p@h/w?ssl-ca=/nowhere/secret', '"ssl-ca", a file that cannot be read .ENOENT.'],
  ['MYSQL_URL', `mysql://u:p@h/w?ssl=false&ssl-ca=${caFile}`, 'switches encryption off'],
  ['MYSQL_URL', 'mysql://u:p@127.0.0.1/w?ssl-mode=VERIFY_IDENTITY', 'VERIFY_CA'],
  ['MYSQL_URL', 'mysql://u:p@h', 'no database'],
  ['MYSQL_URL', 'mysql://u:p@h/w?constructor=1', '"constructor"'],
  ['MYSQL_URL', 'mysql://u:p@h/w?sslmode=constructor', '"sslmode"'],
  ['MYSQL_URL', 'mysql://u:p@h/w?%7Bsecret', 'not shown'],
  ['POSTGRES_URL', 'postgres://u:p@h/shop?sslmod=require', '"sslmod"'],
  ['POSTGRES_URL', 'postgres://u:p@h/shop?sslmode=required', '"sslmode"'],
  ['POSTGRES_URL', 'postgres://u:p@h/shop?port=x', '"port"'],
  ['POSTGRES_URL', 'postgres://u:p@h/shop?client_encoding=latin1', '"client_encoding"'],
  ['REDIS_URL', 'redis://h?family=6', '"family"'],
  ['REDIS_URL', 'rediss://h?tls=false', 'rediss'],
  ['REDIS_URL', 'redis://h/1?db=2', 'twice'],
])('%s=%s is refused by name: %s', (name, url, text) => {
  expect(load({ [name]: url })).toThrow(new RegExp(`${name} .*${text}`));
  expect(load({ [name]: url })).not.toThrow(/secret/);
});

test('the problems of all URLs are told at once', () => {
  const urls = { REDIS_URL: 'redis://h?x1=1', MYSQL_URL: 'mysql://u:p@h/w?x2=1&x3=1', POSTGRES_URL: 'postgres://u:p%@h/w' };
  expect(load(urls)).toThrow(/x1.*x2.*x3.*POSTGRES_URL/);
});
