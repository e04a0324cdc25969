/** What a secret needs at least. `different` counts only characters that are not easy to guess. */
export interface SecretRule {
  readonly length: number;
  readonly different: number;
}

/** Log-ins are limited, so a passphrase of a few words is enough. */
export const PASSWORD_RULE: SecretRule = { length: 12, different: 6 };
/** Programs do not need to remember it, and it has all rights of the operator. */
export const TOKEN_RULE: SecretRule = { length: 20, different: 8 };

/** Words that every list of guesses begins with, in lower case. */
const WELL_KNOWN = [
  'password',
  'passwort',
  'passw0rd',
  'p@ssw0rd',
  'p@ssword',
  'changeme',
  'change-me',
  'administrator',
  'admin',
  'letmein',
  'welcome',
  'iloveyou',
  'secret',
  'default',
];

/** Neighbours in the alphabet and on a keyboard, forwards; backwards counts as well. */
const SEQUENCES = [
  '0123456789012',
  '1234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
].flatMap((text) => [text, Array.from(text).reverse().join('')]);
const RUN_LENGTH = 4;

/**
 * What a secret lacks, as the end of a sentence that begins with its name; undefined if it is strong enough. Never contains the secret.
 * `username` is the user's own name, if it is a password.
 */
export function weaknessOf(secret: string, rule: SecretRule, username = ''): string | undefined {
  const isLong = Array.from(secret).length >= rule.length;
  if (isLong && new Set(hardToGuess(secret.toLowerCase(), username.toLowerCase())).size >= rule.different) return undefined;
  return `is too easy to guess: it needs at least ${rule.length} characters, and ${rule.different} different ones besides well-known words, the user name and runs such as 12345`;
}

/** The characters that remain without well-known words, the user name, runs and repetitions. */
function hardToGuess(secret: string, username: string): string[] {
  const words = [...WELL_KNOWN, ...(username === '' ? [] : [username])];
  const rest = Array.from(words.reduce((text, word) => text.replaceAll(word, '\n'), secret));
  const inRun = new Set<number>();
  for (let start = 0; start + RUN_LENGTH <= rest.length; start += 1) {
    const window = rest.slice(start, start + RUN_LENGTH);
    const isRun = window.every((character) => character === window[0]) || SEQUENCES.some((sequence) => sequence.includes(window.join('')));
    if (isRun) for (let index = start; index < start + RUN_LENGTH; index += 1) inRun.add(index);
  }
  return rest.filter((character, index) => character !== '\n' && !inRun.has(index));
}
