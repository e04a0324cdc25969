import { parseSync } from 'vite';

/**
 * Makes mutants of the SQL that a TypeScript file holds in template strings. Rules match the text; what they match has to begin and
 * end in SQL, so that `WHEN … THEN` may have `${…}` between.
 *
 * @typedef {{ line: number, was: string, becomes: string, code: string }} Mutant `code`: the whole file with this one change.
 */

const COMPARISONS = { '=': ['<>', '<=', '>='], '<>': ['='], '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'] };
const ARITHMETIC = { '+': '-', '-': '+', '*': '/', '/': '*', '%': '+' };
/** What stands for what; each is close enough that the SQL mostly still runs. */
const FUNCTIONS = {
  sum: ['max'],
  min: ['max'],
  max_by: ['min_by'],
  trim: ['ltrim', 'rtrim'],
  round: ['round_even'],
  try_strptime: ['strptime'],
  starts_with: ['contains'],
  strlen: ['length'],
  regexp_full_match: ['regexp_matches'],
};
const QUANTIFIERS = { '?': '', '*': '+', '+': '*' };
/** A string that is SQL, or a pattern in it. */
const SQL_TEXT = /\b(?:AND|OR|NULL|TRUE|SELECT|DROP|UNION)\b|\[/;
const TYPE = String.raw`(?:\$\{[^}]*\}|[A-Z]+)(?:\([^)]*\))?(?:\[\])?`;
/** An argument, with brackets up to three deep. */
const ARGUMENT = String.raw`((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*?)`;

/** Each rule: where it applies, what it looks for, and what may stand there instead. */
const RULES = [
  ['sql', /(?<![<>=!:])(?:<=|>=|<>|=|<|>)(?![<>=])/g, ([sign]) => COMPARISONS[sign]],
  ['sql', /(?<!BETWEEN \S+(?: '\S+')?\s)\bAND\b/g, () => ['OR']],
  ['sql', /\bOR\b(?! REPLACE)/g, () => ['AND']],
  ['sql', /\bIS NULL\b/g, () => ['IS NOT NULL']],
  ['sql', /\bIS NOT NULL\b/g, () => ['IS NULL']],
  ['sql', /(?<!IS )\bNOT /g, () => ['']],
  ['sql', /(?<!NOT )\bBETWEEN\b/g, () => ['NOT BETWEEN']],
  ['sql', /\bWHEN\s((?:(?!\bWHEN\b)[^])*?)\s+THEN\b/g, ([, when]) => [`WHEN FALSE AND (${when}) THEN`, `WHEN TRUE OR (${when}) THEN`]],
  ['sql', /\bTHEN\s+(?:\$\{[^}`]*\}\w*|\w+(?!\())(?=\s)/g, () => ['THEN NULL']],
  ['sql', /\bELSE\s+(?:\$\{[^}]*\}|'[^']*'|\w+)/g, () => ['ELSE NULL']],
  ['sql', /\btrue\b/gi, () => ['false']],
  ['sql', /\bfalse\b/gi, () => ['true']],
  ['sql', /(?<=\])\[(\w+)\]/g, ([, index]) => [`[${index} + 1]`]],
  ['sql', /\bWHERE\b/g, () => ['WHERE TRUE OR', 'WHERE FALSE AND']],
  ['sql', new RegExp(String.raw`\bcoalesce\(${ARGUMENT}, ([^,()]*)\)`, 'g'), ([, value]) => [`(${value})`]],
  ['sql', new RegExp(`::${TYPE}`, 'g'), () => ['']],
  ['sql', new RegExp(String.raw`\b(?:TRY_)?CAST\(${ARGUMENT} AS ${TYPE}\)`, 'g'), ([, value]) => [`(${value})`]],
  ['sql', /\bTRY_CAST\b/g, () => ['CAST']],
  ['sql', /\bBIGINT\b/g, () => ['INTEGER']],
  ['sql', /\b(\w+)\((?=[^)])/g, ([, name]) => (FUNCTIONS[name] ?? []).map((other) => `${other}(`)],
  ['sql', /\bcount\(\*\)/g, () => ['(count(*) + 1)']],
  ['sql', /\bUNION ALL\b/g, () => ['EXCEPT ALL']],
  ['sql', /\bDISTINCT /g, () => ['']],
  [
    'sql',
    /(?<=\bORDER BY (?:[^()$]|\([^)]*\))*?)(?<=BY |, )(?:[\w.]|\([^)]*\)|\$\{[^}`]*\})+/g,
    ([term]) => [`${term} DESC`, '(SELECT NULL)'],
  ],
  ['sql', /(?<=(?:[<>=]|AND|LIMIT|OFFSET|THEN|ELSE)\s+)\$\{[^{}]+\}/g, ([value]) => [`(${value} + 1)`]],
  ['sql', /(?<=[\w)}] )[+\-*/%](?= [\w($])(?<!SELECT \*)/g, ([sign]) => [ARITHMETIC[sign]]],
  ['sql', /(?<![\w.]|\[!?\d-)\d[\d_]*(?!\w|-\d\])/g, ([digits]) => neighbours(digits)],
  ['pattern', /(\[!?\d-\d\])(?:-?\1)*/g, ([classes]) => narrowed(classes)],
  ['sql', /'[^'$\n]*'/g, ([text]) => [text === "''" ? "'x'" : "''"]],
  ['pattern', /(?<!\(|\\\\)[?*+](?![-\]])/g, ([sign]) => [QUANTIFIERS[sign]]],
  ['pattern', /\[\^/g, () => ['[']],
  ['pattern', /\[([^[\]\-^!])([^[\]\-^!])\]|\[(\+)(-)\]/g, ([, a, b, plus = a, minus = b]) => [`[${plus}]`, `[${minus}]`]],
  ['pattern', /\|(?:[^()|']|\([^()]*\))+(?=\))/g, () => ['']],
];

/** `[0-9]-[0-9]` gives `[1-9]-[1-9]` and `[0-8]-[0-8]`. */
function narrowed(classes) {
  return [classes.replaceAll(/(\d)-/g, (_, from) => `${Number(from) + 1}-`), classes.replaceAll(/-(\d)/g, (_, to) => `-${Number(to) - 1}`)];
}

/** The whole numbers beside, with as many digits: `0001` gives `0002` and `0000`. What is called large (`20_480`) is not exact: its double and half. */
function neighbours(digits) {
  const value = Number(digits.replaceAll('_', ''));
  const others = digits.includes('_') ? [value * 2, value / 2] : [value + 1, ...(value === 0 ? [] : [value - 1])];
  return others.map((each) => String(each).padStart(digits.replaceAll('_', '').length, '0'));
}

/** @returns {Mutant[]} All mutants of a file, in their order in it. */
export function makeMutants(path, text) {
  const spans = findSpans(path, text);
  const found = new Map();
  for (const [kind, pattern, replace] of RULES) {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (![start, end].every((at) => spans[kind].some(([from, to]) => at >= from && at <= to))) continue;
      for (const becomes of replace(match)) {
        const code = text.slice(0, start) + becomes + text.slice(end);
        if (code !== text) found.set(code, { start, line: text.slice(0, start).split('\n').length, was: match[0], becomes, code });
      }
    }
  }
  // A change may cut through an expression between pieces of SQL; what is no program then would end the whole run.
  const programs = [...found.values()].filter(({ code }) => parseSync(path, code).errors.length === 0);
  return programs.sort((a, b) => a.start - b.start);
}

/** Where SQL stands, and where regular expressions stand in it: `[from, to]` each. */
function findSpans(path, text) {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0].message}`);
  const sql = [];
  visit(program, (node) => sql.push(spanOfSql(node)));
  const quoted = [...text.matchAll(/'[^'\n]*\[[^'\n]*'/g)].map(({ 0: match, index }) => [index, index + match.length]);
  return { sql: sql.filter(Boolean), pattern: quoted };
}

/** Text of a template or a string with SQL or a pattern in it, and the numbers that are put into SQL: constants, and sums with a number. */
function spanOfSql({ type, start, end, value, init, left, right, operator }) {
  if (type === 'TemplateElement') return [start, end];
  if (type === 'Literal' && typeof value === 'string' && SQL_TEXT.test(value)) return [start + 1, end - 1];
  if (type === 'VariableDeclarator' && typeof init?.value === 'number') return [init.start, init.end];
  if (type === 'BinaryExpression' && operator in ARITHMETIC && [left, right].some((side) => typeof side.value === 'number'))
    return [start, end];
  return undefined;
}

function visit(node, look) {
  if (typeof node?.type === 'string') look(node);
  for (const child of Object.values(node ?? {})) if (typeof child === 'object') visit(child, look);
}
