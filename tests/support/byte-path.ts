/** The path of a name whose characters each stand for one byte, so that it need not be valid UTF-8. */
export function bytePath(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
}
