import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const CONTENDERS = ['services', 'single-process', 'row-at-a-time', 'pandas'];

/** What `--help` prints too, before anything is built. */
export const USAGE = `npm run bench -- [options]\n${readFileSync(new URL('usage.txt', import.meta.url), 'utf8').trimEnd()}`;

/**
 * @typedef {object} Options
 * @property {number[]} sizes Rows in all, one bench for each.
 * @property {number} products
 * @property {number} files
 * @property {number} repeat
 * @property {string[]} contenders
 * @property {Record<string, number>} scale Processes per service where not one.
 * @property {string} out
 * @property {boolean} micro
 * @property {boolean} dialects
 * @property {boolean} nightly
 * @property {string | null} against The root of another clone.
 */

/**
 * Throws an Error whose message is for people.
 * @param {string[]} args
 * @returns {Options}
 */
export function parseOptions(args) {
  const text = { type: /** @type {const} */ ('string') };
  const { values } = parseArgs({
    args,
    options: {
      rows: { ...text, default: '4000000' },
      products: { ...text, default: '5000' },
      files: { ...text, default: '4' },
      repeat: { ...text, default: '3' },
      contenders: { ...text, default: CONTENDERS.join(',') },
      scale: { ...text, default: '' },
      out: { ...text, default: '.local/bench' },
      against: text,
      micro: { type: 'boolean', default: false },
      dialects: { type: 'boolean', default: false },
      nightly: { type: 'boolean', default: false },
    },
  });
  const contenders = values.contenders.split(',');
  const unknown = contenders.filter((name) => !CONTENDERS.includes(name));
  if (unknown.length > 0) throw new Error(`--contenders: ${unknown.join(', ')} is none of ${CONTENDERS.join(', ')}`);
  const files = wholeNumber('--files', values.files, 1, 100_000);
  return {
    // The generator's hash stays within 64 bits up to 3 * 10^9.
    sizes: values.rows.split(',').map((rows) => wholeNumber('--rows', rows, 2 * files, 1_000_000_000)),
    products: wholeNumber('--products', values.products, 1, 100_000_000),
    files,
    repeat: wholeNumber('--repeat', values.repeat, 1, 1_000),
    contenders: CONTENDERS.filter((name) => contenders.includes(name)),
    scale: parseScale(values.scale),
    out: values.out,
    micro: values.micro,
    dialects: values.dialects,
    nightly: values.nightly,
    against: values.against === undefined ? null : resolve(values.against),
  };
}

/** @param {string} text */
function parseScale(text) {
  const pairs = text.split(',').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [service = '', count = ''] = pair.split('=');
      if (!['extractor', 'transformer', 'loader'].includes(service)) throw new Error(`--scale: "${service}" is no service that scales`);
      return [service, wholeNumber(`--scale ${service}`, count, 1, 32)];
    }),
  );
}

/** @param {string} name @param {string} text @param {number} min @param {number} max */
function wholeNumber(name, text, min, max) {
  const value = Number(text.replaceAll('_', ''));
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name}: "${text}" is no whole number from ${min} to ${max}`);
}
