/** Characters that mean something in a pattern. */
const SPECIAL = /[*?[\]{}()!+@|\\]/g;

/** Patterns of the paths: numbers in a name stand for any, since the next delivery has others. */
export function patternsOf(paths: readonly string[]): string[] {
  return [...new Set(paths.map(patternOf))];
}

function patternOf(path: string): string {
  const parts = path.split('/').map((part) => part.replaceAll(SPECIAL, '?'));
  const file = parts.pop()!;
  const [, stem = '', end = ''] = /^(.+?)((?:\.[A-Za-z]{1,8}){1,2})?$/u.exec(file) ?? [];
  return [...parts, `${stem.replaceAll(/\d+(?:[-_.]\d+)*/g, '*')}${end}`].join('/');
}

/** A name for a source, made of the name of its first file. */
export function sourceNameOf(path: string): string {
  const stem = path.split('/').at(-1)!.replace(/\..*$/, '');
  const plain = stem
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return plain === '' ? 'sales' : plain.slice(0, 40).replace(/_+$/, '');
}
