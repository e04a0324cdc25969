const isTerminal = process.stderr.isTTY;
let shown = '';

/** Shows what is being done, on one line of a terminal, else a line each. @param {string} text */
export function progress(text) {
  if (!isTerminal) {
    process.stderr.write(`${text}\n`);
    return;
  }
  shown = text.slice(0, (process.stderr.columns ?? 80) - 1);
  process.stderr.write(`\r\u001b[K${shown}`);
}

/** A line that stays. @param {string} text */
export function say(text = '') {
  if (isTerminal && shown !== '') process.stderr.write('\r\u001b[K');
  process.stdout.write(`${text}\n`);
  shown = '';
}
