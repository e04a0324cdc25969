import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc, which Linux fixes at 100 a second on every common machine. */
const TICKS_PER_SECOND = 100;

/**
 * Most memory that a process has had at once, from VmHWM; 0 once it has ended.
 * @param {number | 'self'} pid
 */
export function peakBytes(pid) {
  const status = readProc(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Processor seconds of a process so far, all its threads together. @param {number} pid */
export function processorSeconds(pid) {
  return parseStat(pid)?.ownSeconds ?? 0;
}

/** Servers as /proc names them. */
const SERVERS = { postgres: 'PostgreSQL', mariadbd: 'MySQL', mysqld: 'MySQL', 'redis-server': 'Redis' };

/**
 * Processor seconds so far of each server that the same command has started; empty for servers that were given. What ended
 * sessions of PostgreSQL used is in their parent's figure.
 * @returns {Record<string, number>}
 */
export function serverSeconds() {
  const processes = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => /** @type {const} */ ([Number(name), parseStat(Number(name))])),
  );
  const isOurs = (/** @type {number} */ pid) => {
    for (let at = pid; at > 1; at = processes.get(at)?.parent ?? 0) if (at === process.ppid) return true;
    return false;
  };
  /** @type {Record<string, number>} */
  const seconds = {};
  for (const [pid, stat] of processes) {
    const server = /** @type {Record<string, string>} */ (SERVERS)[stat?.name ?? ''];
    if (stat === undefined || server === undefined || !isOurs(pid)) continue;
    seconds[server] = (seconds[server] ?? 0) + stat.ownSeconds + stat.endedChildrenSeconds;
  }
  return seconds;
}

/** What each figure has grown by. @param {Record<string, number>} after @param {Record<string, number>} before */
export function difference(after, before) {
  return Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)]));
}

/** @param {number} pid */
function parseStat(pid) {
  const text = readProc(`/proc/${pid}/stat`);
  const end = text.lastIndexOf(')');
  if (end === -1) return undefined;
  // Fields of proc(5) from the third on: state, ppid, …, utime (14), stime, cutime, cstime.
  const fields = text.slice(end + 2).split(' ');
  const ticks = (/** @type {number} */ field) => Number(fields[field - 3]) / TICKS_PER_SECOND;
  return {
    name: text.slice(text.indexOf('(') + 1, end),
    parent: Number(fields[1]),
    ownSeconds: ticks(14) + ticks(15),
    endedChildrenSeconds: ticks(16) + ticks(17),
  };
}

/** Empty where the process has ended. @param {string} path */
function readProc(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
