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
