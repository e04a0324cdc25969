import { setFlagsFromString } from 'node:v8';

/*
 * V8 tries the ways in which an expression may match one after the other, which for ^(a+)+$ are more than anybody can wait for. With these flags
 * it takes its other engine after 50,000 of them: that one needs time in proportion to the text. Only the second flag changes anything for
 * other expressions, and nothing about what they match.
 */
setFlagsFromString('--enable-experimental-regexp-engine');
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');

/** A declared regular expression, which ends soon on any text. Throws an error that says what is wrong with the pattern. */
export function compileExpression(pattern: string): RegExp {
  const expression = new RegExp(pattern);
  if (!isLinear(pattern))
    throw new SyntaxError(
      `"${pattern}" may take for ever on some texts: write it without (?=, (?!, (?<, \\1 and repetitions of more than 16 times in braces`,
    );
  return expression;
}

/** No flag of JavaScript's: V8's for its other engine alone. */
const LINEAR: string = 'l';

/** Whether the other engine can do without the first. */
function isLinear(pattern: string): boolean {
  try {
    return new RegExp(pattern, LINEAR).source !== '';
  } catch {
    return false;
  }
}
