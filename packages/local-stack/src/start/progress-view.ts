import { guard, type Style } from '@retail-etl/setup';
import { formatCount, formatDuration, formatRows } from './format.js';
import type { RunProgress, StageProgress } from './progress.js';

const BAR_WIDTH = 24;
const NAME_WIDTH = 11;
const COLUMNS_MIN = 80;

/** Shows a run's progress while other lines may come between. */
export interface ProgressView {
  show(progress: RunProgress): void;
  /** Writes a line above the progress. */
  say(line: string): void;
  /** Nothing is drawn over afterwards. */
  finish(): void;
}

export function createProgressView(stream: NodeJS.WriteStream, style: Style): ProgressView {
  guard(stream);
  // A line that wraps could not be drawn over.
  return stream.isTTY && stream.columns >= COLUMNS_MIN && process.env['TERM'] !== 'dumb'
    ? new LiveView(stream, style)
    : new PlainView(stream, style);
}

/** On a terminal: a line a stage, drawn again in place. */
class LiveView implements ProgressView {
  readonly #stream: NodeJS.WriteStream;
  readonly #style: Style;
  #lines: readonly string[] = [];

  constructor(stream: NodeJS.WriteStream, style: Style) {
    this.#stream = stream;
    this.#style = style;
  }

  show(progress: RunProgress): void {
    const lines = progress.stages.map((stage) => `  ${formatStage(stage, this.#style, true)}`);
    if (progress.state === 'queued') lines.push(`  ${this.#style.dim('waiting for its turn')}`);
    if (lines.join('\n') === this.#lines.join('\n')) return;
    this.#stream.write(`${this.#erase()}${lines.map((line) => `${line}\n`).join('')}`);
    this.#lines = lines;
  }

  say(line: string): void {
    this.#stream.write(`${this.#erase()}${line}\n${this.#lines.map((kept) => `${kept}\n`).join('')}`);
  }

  finish(): void {
    this.#lines = [];
  }

  /** Up to the first of our lines, and everything from there gone. */
  #erase(): string {
    return this.#lines.length === 0 ? '' : `\u001b[${this.#lines.length}A\u001b[0J`;
  }
}

/** In a file or a pipe: one line when a stage starts, one when it ends. */
class PlainView implements ProgressView {
  readonly #stream: NodeJS.WriteStream;
  readonly #style: Style;
  readonly #said = new Map<string, StageProgress['status']>();

  constructor(stream: NodeJS.WriteStream, style: Style) {
    this.#stream = stream;
    this.#style = style;
  }

  show(progress: RunProgress): void {
    for (const stage of progress.stages) {
      if (stage.status === 'waiting' || this.#said.get(stage.name) === stage.status) continue;
      this.#said.set(stage.name, stage.status);
      this.say(`  ${formatStage(stage, this.#style, false)}`);
    }
  }

  say(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  finish(): void {
    this.#said.clear();
  }
}

/** One stage as a line; with a bar while it is under way, where `bar` says so and the counts are known. */
export function formatStage(stage: StageProgress, style: Style, bar: boolean): string {
  const name = stage.name.padEnd(NAME_WIDTH);
  const rows = stage.rows === undefined ? undefined : formatRows(stage.rows);
  const join = (...parts: (string | undefined)[]): string => parts.filter((part) => part !== undefined).join('  ');
  switch (stage.status) {
    case 'waiting':
      return style.dim(`${name}-`);
    case 'failed':
      return `${name}${style.red('failed')}`;
    case 'done':
      return `${name}${join(style.green('done'), stage.tookMs === undefined ? undefined : formatDuration(stage.tookMs).padStart(7), rows)}`;
    case 'running': {
      if (!bar) return `${name}running`;
      if (stage.total === undefined || stage.total === 0 || stage.done === undefined) return `${name}${join('running', rows)}`;
      const filled = Math.round((BAR_WIDTH * Math.min(stage.done, stage.total)) / stage.total);
      const drawn = `${'█'.repeat(filled)}${style.dim('░'.repeat(BAR_WIDTH - filled))}`;
      return `${name}${join(drawn, `${formatCount(stage.done)}/${formatCount(stage.total)}`, rows)}`;
    }
    default:
      return stage.status satisfies never;
  }
}
