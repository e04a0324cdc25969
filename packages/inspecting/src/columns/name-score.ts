import { withoutUnseen } from '@retail-etl/sales';
import { distance } from 'fastest-levenshtein';
import { type Role, WORDS } from './words.js';

/** Shorter words are never meant by a similar one, or as a part of a longer one. */
const SIMILAR_LENGTH_MIN = 5;
const NAME_LENGTH_MAX = 120;

/** A name as it is compared. */
interface NameForms {
  readonly tokens: readonly string[];
  /** Without what is between its words. */
  readonly compact: string;
}

interface Synonym extends NameForms {
  readonly weight: number;
}

const SYNONYMS = new Map<Role, readonly Synonym[]>(
  Object.entries(WORDS).map(([role, { names }]) => [
    role as Role,
    names.flatMap(([weight, list]) => list.split(', ').map((name) => ({ weight, ...formsOf(name) }))),
  ]),
);
const OTHERS = new Map<Role, readonly string[]>(
  Object.entries(WORDS).map(([role, { not }]) => [role as Role, not.split(', ').filter((word) => word !== '')]),
);

/** How surely the name of a column means a role: 0 not at all, 1 if it is one of the role's names. */
export function nameScore(name: string, role: Role): number {
  const begin = name.slice(0, NAME_LENGTH_MAX);
  const forms = [begin, begin.replaceAll(/\([^)]*\)/g, ' ')].map(formsOf);
  const best = Math.max(...forms.flatMap((form) => SYNONYMS.get(role)!.map((synonym) => synonym.weight * similarity(form, synonym))));
  const isOther = OTHERS.get(role)!.some((word) => (word.includes(' ') ? forms[0]!.tokens.join(' ') === word : isTokenOf(word, forms[0]!)));
  return isOther && best < 1 ? best / 4 : best;
}

const isTokenOf = (word: string, { tokens }: NameForms): boolean =>
  tokens.some((token) => token === word || (word.length > SIMILAR_LENGTH_MIN && token.startsWith(word)));

function similarity(name: NameForms, synonym: NameForms): number {
  if (name.compact === synonym.compact) return 1;
  const further = name.tokens.length - synonym.tokens.length;
  if (further > 0 && holds(name.tokens, synonym.tokens)) return Math.max(0.3, 0.8 - 0.1 * further);
  const { length } = synonym.compact;
  if (length < SIMILAR_LENGTH_MIN || name.compact.length < SIMILAR_LENGTH_MIN) return 0;
  const changesMax = length < 8 ? 1 : 2;
  const isNearInLength = Math.abs(name.compact.length - length) <= changesMax;
  if (isNearInLength && distance(name.compact, synonym.compact) <= changesMax) return 0.65;
  return name.compact.includes(synonym.compact) ? 0.5 : 0;
}

function holds(tokens: readonly string[], wanted: readonly string[]): boolean {
  return tokens.some((_, at) => wanted.every((word, index) => tokens[at + index] === word));
}

function formsOf(name: string): NameForms {
  const words = withoutUnseen(name)
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return { tokens: words, compact: words.join('') };
}
