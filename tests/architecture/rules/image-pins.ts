import type { Violation } from '../model/repository.js';

const DEFAULT_IMAGE = /\$\{([A-Z]+_IMAGE):-([^}]+)\}|^ARG ([A-Z]+_IMAGE)=(\S+)$/gm;
const PIN = /^([A-Z]+_IMAGE)=(\S+)@sha256:[0-9a-f]{64}$/gm;
/** `image:` or `FROM` with a name and tag right behind it: neither a variable nor a stage, which has no tag. */
const UNNAMED = /^(?:\s*image:|FROM)\s+['"]?([a-z][a-z0-9./-]*:[^\s'"]+)/gm;

/** Every image of others in `files` is a variable that `pins` has, of the same name and tag, by digest; and `pins` has no other. */
export function checkImagePins(files: ReadonlyMap<string, string>, pins: string): Violation[] {
  const pinned = new Map([...pins.matchAll(PIN)].map(([, variable = '', image = '']) => [variable, image]));
  const used = new Set<string>();
  const violations: Violation[] = [];
  for (const [path, text] of files) {
    for (const [, image] of text.matchAll(UNNAMED))
      violations.push({ subject: path, message: `${path} names ${image}: make it a variable, such as \${REDIS_IMAGE:-redis:8}.` });
    for (const [, inCompose, composeImage, inDockerfile, dockerfileImage] of text.matchAll(DEFAULT_IMAGE)) {
      const variable = inCompose ?? inDockerfile ?? '';
      const image = composeImage ?? dockerfileImage;
      used.add(variable);
      if (pinned.get(variable) !== image)
        violations.push({
          subject: path,
          message: `${path} has ${image} for ${variable}, images.env ${pinned.get(variable) ?? 'nothing'} by a digest.`,
        });
    }
  }
  const unused = [...pinned.keys()].filter((variable) => !used.has(variable));
  return [
    ...violations,
    ...unused.map((variable) => ({ subject: 'images.env', message: `images.env pins ${variable}, which nothing uses.` })),
  ];
}
