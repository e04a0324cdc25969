import { randomInt } from 'node:crypto';

// Letters and digits that people can tell apart.
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const SECRET_LENGTH = 24;

/** 24 letters and digits by chance, some 120 bits; safe in URLs, SQL and configuration files without quoting. */
export function newSecret(): string {
  return Array.from({ length: SECRET_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
