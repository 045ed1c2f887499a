import type { Check } from './check.ts';
import { isFaultyFixture, repositoryFiles, textOf } from './repository.ts';

const mostLines = 300;
const mostLinesOfTests = 450;

/** Files of code stay small enough to be read at once. (The length of functions is a lint rule.) */
export const sizes: Check = {
  name: 'sizes',
  run: () =>
    repositoryFiles()
      .filter(isCode)
      .flatMap((file) => sizeProblems(file, textOf(file))),
};

/** What is wrong with the length of a file. */
export function sizeProblems(file: string, text: string): string[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const most = /^(test|bench)\//.test(file) ? mostLinesOfTests : mostLines;
  return lines > most
    ? [`${file} has ${lines} lines; at most ${most} can be read at once: split it by what it does`]
    : [];
}

function isCode(file: string): boolean {
  return /\.(ts|js|cjs|mjs|html|css|hbs|yml|sh|ps1)$/.test(file) && !isFaultyFixture(file);
}
