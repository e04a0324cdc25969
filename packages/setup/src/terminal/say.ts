/** Writes one line. A reader that went away (`| head`, a closed terminal) must not end us before everything is stopped. */
export function say(line: string): void {
  guard(process.stdout);
  process.stdout.write(`${line}\n`);
}

export function sayError(line: string): void {
  guard(process.stderr);
  process.stderr.write(`${line}\n`);
}

const guarded = new WeakSet<NodeJS.WriteStream>();

export function guard(stream: NodeJS.WriteStream): void {
  if (guarded.has(stream)) return;
  guarded.add(stream);
  stream.on('error', () => undefined);
}
