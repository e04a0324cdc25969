import { createInterface } from 'node:readline/promises';
import type { Answers, Decision } from '@retail-etl/inspecting';

/** Whether there is a person at a terminal who may be asked. */
export const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

/** Asks until each decision has an answer; Enter takes the likelier one. Where the input ends (Ctrl-D), the others stay open. */
export async function askDecisions(decisions: readonly Decision[]): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // As without a question: the process ends.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<null>((resolve) => void terminal.once('close', () => resolve(null)));
  const answers: Record<string, number> = {};
  try {
    for (const { about, question, options } of decisions) {
      const list = options.map((option, index) => `  ${index + 1}  ${option}${index === 0 ? ' (likelier)' : ''}`);
      for (let answer = -1; answer < 0;) {
        const text = await Promise.race([terminal.question(`${question}\n${list.join('\n')}\nNumber [1]: `), ended]);
        if (text === null) return answers;
        const choice = text.trim() === '' ? 1 : Number(text);
        if (Number.isInteger(choice) && choice >= 1 && choice <= options.length) answer = choice - 1;
        if (answer >= 0) answers[about] = answer;
      }
    }
  } finally {
    terminal.close();
  }
  return answers;
}
