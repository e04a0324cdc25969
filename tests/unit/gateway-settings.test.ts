import { loadGatewayConfig } from '@retail-etl/config';
import { expect, test } from 'vitest';

const ENV = {
  REDIS_URL: 'redis://localhost:6379',
  MYSQL_URL: 'mysql://u:p@localhost:3306/w',
  DATA_DIR: '/data',
  ADMIN_PASSWORD: 'long enough',
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
  [{ API_TOKEN: 'x'.repeat(513) }, 'API_TOKEN'],
])('settings that could never work are refused: %j', (env, name) => {
  expect(() => loadGatewayConfig({ ...ENV, ...env })).toThrow(name);
});

test('settings that do work are taken, and all faults are told at once without the secret', () => {
  const config = loadGatewayConfig({ ...ENV, API_TOKEN: 'x'.repeat(512), VIEWER_USERNAME: 'Admin', VIEWER_PASSWORD: 'x' });
  expect([config.apiToken, config.viewerUsername]).toEqual(['x'.repeat(512), 'Admin']);
  const faults = (): unknown => loadGatewayConfig({ ...ENV, API_TOKEN: 'my secret', TRUST_PROXY: '*', PORT: 'http' });
  expect(faults).toThrow(/PORT.*API_TOKEN.*TRUST_PROXY/);
  expect(faults).not.toThrow(/my secret/);
});
