import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Check } from './check.ts';
import { isFaultyFixture, repositoryFiles, root, textOf } from './repository.ts';

/** Every link of a page to a file of the repository leads somewhere. */
export const links: Check = {
  name: 'links',
  run: () =>
    repositoryFiles()
      .filter((file) => file.endsWith('.md') && !isFaultyFixture(file))
      .flatMap((file) => linkProblems(file, textOf(file))),
};

export function linkProblems(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => (match[1] ?? '').split('#')[0] ?? '')
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(path.join(root, path.dirname(file), decodeURI(target))))
      .map((target) => `${file}:${index + 1} links to ${target}, which is not there`),
  );
}
