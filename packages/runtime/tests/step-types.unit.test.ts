import type { StepContext, StepHandler, StepHandlers } from '@retail-etl/runtime';
import { expect, test } from 'vitest';

/* What the catalogue of steps must not let compile; `npm run lint` checks the types of this file. */

const done = { rows: 0 };
const transform: StepHandler<'transform'> = (data) => Promise.resolve({ rows: data.chunk.length });
const merge: StepHandler<'merge'> = (data) => Promise.resolve({ rows: data.epoch });

export const complete: StepHandlers<'transform'> = { transform, merge };

// @ts-expect-error -- a step without a handler
export const incomplete: StepHandlers<'transform'> = { transform };

// @ts-expect-error -- a handler of another queue's step
export const foreign: StepHandlers<'load'> = { load: merge, plan: merge };

// @ts-expect-error -- merge has no chunk
export const wrongData: StepHandler<'merge'> = (data) => Promise.resolve({ rows: data.chunk.length });

// @ts-expect-error -- a handler for other data
export const wrongHandler: StepHandlers<'extract'> = { plan: merge, extract: transform };

// @ts-expect-error -- rows are a number
export const wrongResult: StepHandler<'load'> = () => Promise.resolve({ rows: '1' });

test('handlers are typed by the catalogue', async () => {
  const context = {} as StepContext;
  expect(await complete.merge({ runId: 'r', epoch: 1 }, context)).toEqual({ ...done, rows: 1 });
});
