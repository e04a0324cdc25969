import { KILLED_MIN } from './targets.mjs';
import { EQUIVALENTS } from './equivalents.mjs';

/**
 * What becomes of the results.
 *
 * @typedef {{ line: number, was: string, becomes: string, code: string, result: string }} Judged `code`: the whole file with the change
 */

/** A mutant that is no valid program says nothing about the tests: it is told, but counts neither way. */
const counted = (judged) => judged.filter(({ result }) => result !== 'invalid');
const alive = (judged) => counted(judged).filter(({ result }) => result !== 'killed');
const percent = (judged) => (100 * (1 - alive(judged).length / counted(judged).length)).toFixed(1);

/** @param {string} file @param {string} source @param {readonly Judged[]} judged @returns {string[]} what is wrong, empty if nothing is */
export function judgeFile(file, source, judged) {
  const explanations = EQUIVALENTS.filter((each) => each.file === file).flatMap(({ mutants, why }) =>
    mutants.map((text) => ({ text, why })),
  );
  const isOf = ({ text }, { code }) => code.includes(text);
  const unexplained = alive(judged).filter((mutant) => !explanations.some((each) => isOf(each, mutant)));
  const stale = explanations.filter((each) => source.includes(each.text) || !alive(judged).some((mutant) => isOf(each, mutant)));
  const results = [...new Set(judged.map(({ result }) => result))].sort();
  const tally = results.map((result) => `${judged.filter((each) => each.result === result).length} ${result}`);
  say(`${file}: ${percent(judged)} % killed (${tally.join(', ')}; ${alive(judged).length - unexplained.length} explained)`);
  return [
    ...unexplained.map(({ line, was, becomes, result }) => `${file}:${line} ${result}: ${inline(was)} → ${inline(becomes)}`),
    ...stale.map(({ text }) => `${file}: no living mutant has ${inline(text)}; take it out of equivalents.mjs`),
    ...tooFew(file, judged, KILLED_MIN.file),
  ];
}

/** @param {string} what @param {readonly Judged[]} judged @param {number} least in percent @returns {string[]} */
export function tooFew(what, judged, least) {
  return Number(percent(judged)) >= least ? [] : [`${what}: ${percent(judged)} % killed, at least ${least} % are wanted`];
}

const inline = (text) => `"${text.replaceAll(/\s+/g, ' ')}"`;

/** @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}
