import { loadExtractorConfig, loadGatewayConfig } from '@retail-etl/config';
import { expect, test } from 'vitest';

/** As long as a token may be. */
const TOKEN = 'f4Kq9-zR_2'.repeat(51) + 'ab';

const ENV = {
  REDIS_URL: 'redis://localhost:6379',
  MYSQL_URL: 'mysql://u:p@localhost:3306/w',
  DATA_DIR: '/data',
  ADMIN_PASSWORD: 'long enough for us',
};

test.each([
  [undefined, ['loopback']],
  ['', ['loopback']],
  ['10.0.3.7', ['10.0.3.7']],
  ['loopback, 10.0.0.0/8 ,fd00::/8,uniquelocal', ['loopback', '10.0.0.0/8', 'fd00::/8', 'uniquelocal']],
  ['2001:db8::1,linklocal', ['2001:db8::1', 'linklocal']],
])('TRUST_PROXY=%s trusts %j', (text, expected) => {
  expect(loadGatewayConfig({ ...ENV, TRUST_PROXY: text }).trustProxy).toEqual(expected);
});

test.each([
  'true',
  '*',
  'all',
  'proxy.example',
  '1',
  '0.0.0.0/0',
  '::/0',
  '128.0.0.0/1',
  '::ffff:0:0/96',
  '::ffff:0.0.0.0/96',
  '10.0.0.1/33',
  '10.0.0.1/',
  '10.0.0.1/8/8',
  '10.0.0.0/255.0.0.0',
  'fe80::1%eth0',
  'loopback,',
  'loopback,0.0.0.0/0',
])('TRUST_PROXY=%s is refused by name, with what to write instead', (text) => {
  expect(() => loadGatewayConfig({ ...ENV, TRUST_PROXY: text })).toThrow(/TRUST_PROXY: ".*such as 10\.0\.3\.7 or 10\.0\.3\.0\/24/);
});

test.each([
  [{ VIEWER_USERNAME: 'admin', VIEWER_PASSWORD: 'x' }, 'VIEWER_USERNAME'],
  [{ ADMIN_USERNAME: 'ada', VIEWER_USERNAME: 'ada', VIEWER_PASSWORD: 'x' }, 'VIEWER_USERNAME'],
  [{ API_TOKEN: 'two words' }, 'API_TOKEN'],
  [{ API_TOKEN: 'token\n' }, 'API_TOKEN'],
  [{ API_TOKEN: 'schlüssel' }, 'API_TOKEN'],
  [{ API_TOKEN: `${TOKEN}x` }, 'API_TOKEN'],
])('settings that could never work are refused: %j', (env, name) => {
  expect(() => loadGatewayConfig({ ...ENV, ...env })).toThrow(name);
});

test('settings that do work are taken, and all faults are told at once without the secret', () => {
  const config = loadGatewayConfig({ ...ENV, API_TOKEN: TOKEN, VIEWER_USERNAME: 'Admin', VIEWER_PASSWORD: 'another of them' });
  expect([config.apiToken, config.viewerUsername]).toEqual([TOKEN, 'Admin']);
  const faults = (): unknown => loadGatewayConfig({ ...ENV, API_TOKEN: 'my secret', TRUST_PROXY: '*', PORT: 'http' });
  expect(faults).toThrow(/PORT.*API_TOKEN.*TRUST_PROXY/);
  expect(faults).not.toThrow(/my secret/);
});

const WEAK = [
  'admin',
  'short but 1',
  'aaaaaaaaaaaaaaaaaaaaaaaa',
  'abababababababababababab',
  'passwordpasswordpassword',
  'Password123456789012',
  'qwertyuiopasdfghjklzxcvbnm',
  'abcdefghijklmnopqrstuvwxyz',
  '98765432109876543210',
  'change-me-change-me-change-me',
];

test.each(WEAK)('"%s" is refused as any of the three secrets, by name and without its value', (secret) => {
  for (const env of [{ ADMIN_PASSWORD: secret }, { VIEWER_USERNAME: 'vera', VIEWER_PASSWORD: secret }, { API_TOKEN: secret }]) {
    const name = Object.keys(env).at(-1) as string;
    const load = (): unknown => loadGatewayConfig({ ...ENV, ...env });
    // A space is refused in a token for another reason.
    expect(load, name).toThrow(name === 'API_TOKEN' && secret.includes(' ') ? /API_TOKEN/ : new RegExp(`${name} is too easy to guess`));
    if (secret.length > 5) expect(load, name).not.toThrow(secret);
  }
});

test('a password of nothing but the own user name is refused, a passphrase and random characters are taken', () => {
  expect(() => loadGatewayConfig({ ...ENV, ADMIN_USERNAME: 'marguerite', ADMIN_PASSWORD: 'Marguerite-marguerite1' })).toThrow(
    'ADMIN_PASSWORD',
  );
  for (const password of ['correct horse battery', 'schöne grüße aus köln', 'k8vtn3xq5mzd', 'Reisebüro + Kaffee'])
    expect(loadGatewayConfig({ ...ENV, ADMIN_PASSWORD: password }).adminPassword).toBe(password);
});

test.each([
  [undefined, '/'],
  ['/', '/'],
  ['/etl', '/etl/'],
  ['/etl/', '/etl/'],
  ['/shop/etl_v2.1/~a-b/', '/shop/etl_v2.1/~a-b/'],
])('BASE_PATH=%s is the path %s', (text, expected) => {
  expect(loadGatewayConfig({ ...ENV, BASE_PATH: text }).basePath).toBe(expected);
});

test.each([
  'etl',
  'etl/',
  '//',
  '/etl//',
  '//etl/',
  '/../',
  '/etl/../x/',
  '/./',
  '/.hidden/',
  '/a b/',
  '/%65tl/',
  '/etl?x=1',
  '/etl/#x',
  '/é/',
  '/a\\b/',
  '/a;b/',
  '/<b>/',
  'https://shop.example/etl/',
  '/api/',
  '/runs/of/ours/',
  `/${'a'.repeat(200)}/`,
])('BASE_PATH=%s is refused by name, with what to write instead', (text) => {
  expect(() => loadGatewayConfig({ ...ENV, BASE_PATH: text })).toThrow(/BASE_PATH is ".*such as \/etl\//);
});

test('a worker listens on this machine alone unless it is told otherwise', () => {
  const env = { ...ENV, POSTGRES_URL: 'postgres://u:p@localhost:5432/shop' };
  expect(loadExtractorConfig(env).host).toBe('127.0.0.1');
  expect(loadExtractorConfig({ ...env, HOST: '0.0.0.0' }).host).toBe('0.0.0.0');
});
