import { readLogLines } from '../process/log-file.js';

export interface ServiceError {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | undefined;
}

/** Why a service ended, as its log says it last: the last error among its JSON lines, else its last line. */
export function lastServiceError(logPath: string, from: number): ServiceError {
  const lines = readLogLines(logPath, from);
  for (const line of lines.toReversed()) {
    const error = parseErrorLine(line);
    if (error !== undefined) return error;
  }
  return { code: 'SERVICE_START', message: lines.at(-1)?.slice(0, 300) ?? 'it wrote nothing to its log', remedy: undefined };
}

function parseErrorLine(line: string): ServiceError | undefined {
  try {
    const { level, msg, code, remedy } = JSON.parse(line) as Record<string, unknown>;
    if ((level !== 'error' && level !== 'fatal') || typeof msg !== 'string') return undefined;
    return {
      code: typeof code === 'string' ? code : 'SERVICE_START',
      message: msg.slice(0, 500),
      remedy: typeof remedy === 'string' ? remedy : undefined,
    };
  } catch {
    return undefined;
  }
}
