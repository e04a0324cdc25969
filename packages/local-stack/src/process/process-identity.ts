import { readFileSync } from 'node:fs';

/** A process that cannot be confused with a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the start of the process; null where /proc does not tell. */
  readonly startTicks: string | null;
}

interface ProcessStat {
  readonly command: string;
  readonly state: string;
  readonly parent: number;
  readonly startTicks: string;
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may itself hold spaces and parentheses, so fields are counted from the last one.
    const nameEnd = stat.lastIndexOf(')');
    const fields = stat.slice(nameEnd + 2).split(' ');
    return {
      command: stat.slice(stat.indexOf('(') + 1, nameEnd),
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      startTicks: fields[19] ?? '',
    };
  } catch {
    return undefined;
  }
}

export function identifyProcess(pid: number): ProcessIdentity {
  return { pid, startTicks: readStat(pid)?.startTicks ?? null };
}

/** The number of the process's parent; undefined where /proc does not tell. */
export function parentOf(pid: number): number | undefined {
  return readStat(pid)?.parent;
}

/** The first 15 bytes of the process's name, which npm sets to `npm start` and the like; empty where /proc does not tell. */
export function commandOf(pid: number): string {
  return readStat(pid)?.command ?? '';
}

/** True while that very process runs; a zombie does not. */
export function isProcessAlive(identity: ProcessIdentity): boolean {
  if (identity.startTicks !== null) {
    const stat = readStat(identity.pid);
    return stat !== undefined && stat.state !== 'Z' && stat.startTicks === identity.startTicks;
  }
  try {
    process.kill(identity.pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Reads what JSON.stringify made of a ProcessIdentity, with anything beside it; undefined if the text is something else. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value = JSON.parse(text) as Partial<ProcessIdentity> | null;
    if (typeof value?.pid !== 'number' || value.pid <= 0) return undefined;
    return { pid: value.pid, startTicks: typeof value.startTicks === 'string' ? value.startTicks : null };
  } catch {
    return undefined;
  }
}
