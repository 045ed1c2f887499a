import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Check } from './check.ts';
import { generatedFiles } from './generated-files.ts';
import { root, textOf } from './repository.ts';

/** Every generated file is what its source makes today. */
export const generatedDiff: Check = {
  name: 'generated',
  run: () => Object.entries(generatedFiles).flatMap(([file, make]) => differenceOf(file, make())),
};

/** Where a generated file differs from what it should be. */
function differenceOf(file: string, wanted: string): string[] {
  if (!existsSync(path.join(root, file))) return [`${file} is missing: run npm run generate`];
  const line = firstDifference(textOf(file), wanted);
  return line === undefined ? [] : [`${file}:${line} is not what its source makes: run npm run generate`];
}

/** The first line, from 1, in which two texts differ. */
export function firstDifference(one: string, other: string): number | undefined {
  if (one === other) return undefined;
  const [ours, theirs] = [one.split('\n'), other.split('\n')];
  const index = ours.findIndex((line, at) => line !== theirs[at]);
  return (index === -1 ? ours.length : index) + 1;
}
