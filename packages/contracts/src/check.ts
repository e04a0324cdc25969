import { Compile } from 'typebox/compile';
import type { Static, TSchema } from 'typebox';
import type { ErrorCode } from './errors.js';
import { EtlError } from './etl-error.js';

const compiled = new WeakMap<TSchema, ReturnType<typeof Compile>>();

/**
 * Returns `value` typed by `schema`, or throws an EtlError (default `JOB_INVALID`) that names `what` and the first
 * three places where it is wrong.
 */
export function check<T extends TSchema>(schema: T, value: unknown, what: string, code: ErrorCode = 'JOB_INVALID'): Static<T> {
  let validator = compiled.get(schema);
  if (validator === undefined) {
    validator = Compile(schema);
    compiled.set(schema, validator);
  }
  if (validator.Check(value)) return value as Static<T>;
  const problems = [...validator.Errors(value)]
    .slice(0, 3)
    .map((problem) => `${problem.instancePath === '' ? 'the data' : problem.instancePath.slice(1)} ${problem.message}`);
  throw new EtlError(code, `${what}: ${problems.join('; ')}`);
}
