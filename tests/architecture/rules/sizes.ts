import type { Repository, Violation } from '../model/repository.js';
import type { FunctionSpan } from '../model/source-file.js';

/**
 * How long files and functions may be, in lines.
 * Tests too; only the function of a `describe` may be as long as its tests are. Of functions within functions the inner one is named.
 */
export function checkSizes({ sources }: Repository, fileLinesMax: number, functionLinesMax: number): Violation[] {
  return [...sources.values()].flatMap(({ path, lines, functions }) => [
    ...(lines <= fileLinesMax
      ? []
      : [{ subject: path, message: `${path} has ${lines} lines; at most ${fileLinesMax}. Move one of its ideas into a file of its own.` }]),
    ...functions
      .filter((span) => span.lines > functionLinesMax)
      .filter((span, _, long) => !long.some((other) => other !== span && isInside(other, span)))
      .map((span) => ({
        subject: `${path} ${span.name}`,
        message: `${path}:${span.line} ${span.name} has ${span.lines} lines; at most ${functionLinesMax}. Give a part of it a name.`,
      })),
  ]);
}

function isInside(inner: FunctionSpan, outer: FunctionSpan): boolean {
  return inner.line >= outer.line && inner.line + inner.lines <= outer.line + outer.lines && inner.lines < outer.lines;
}
