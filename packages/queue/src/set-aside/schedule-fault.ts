import { hasLegacyRepeatableKeyShape } from 'bullmq';
import { has, type JobFault, type RawFields, sizeFault } from './job-fault.js';
import { readJson } from './json-text.js';

/** Why BullMQ or the dashboard cannot work with the hash of this job scheduler; undefined if they can. An empty one is none. */
export function scheduleFault(id: string, raw: RawFields): JobFault | undefined {
  const name = scheduleIdFault(id);
  if (name !== undefined) return name;
  for (const field of ['data', 'opts']) {
    if (!has(raw, field)) continue;
    const read = readJson(raw[field] ?? '');
    if (read.problem !== undefined) return { field, problem: read.problem };
    if (field === 'opts' && (typeof read.value !== 'object' || read.value === null || Array.isArray(read.value)))
      return { field, problem: "are not a job's options" };
  }
  return sizeFault(raw);
}

/** An id that BullMQ takes for an entry of its version 3, and does not read on. */
export function scheduleIdFault(id: string): JobFault | undefined {
  const isOne = id !== '' && id !== '__proto__' && !hasLegacyRepeatableKeyShape(id);
  return isOne ? undefined : { field: 'id', problem: `${JSON.stringify(id.slice(0, 60))} is not one that a schedule can have` };
}
