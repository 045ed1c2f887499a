import type { Check } from './check.ts';
import { isFaultyFixture, repositoryFiles, textOf } from './repository.ts';

interface ForbiddenWord {
  readonly pattern: RegExp;
  readonly reason: string;
}

const thisFile = 'test/checks/words.ts';

const forbidden: readonly ForbiddenWord[] = [
  {
    pattern: /https?:\/\/[\w.-]*\b(registry|npmjs|yarnpkg|artifactory|nexus)\b[\w.-]*(:\d+)?\//,
    reason: 'an address of a package registry belongs to a machine, not to the project',
  },
  {
    pattern: /(^|[\s"'`(=:])\/(work|root|home|Users)\/[\w.-]+/,
    reason: 'an absolute path of one machine is nowhere else',
  },
  { pattern: /['"`]\/tmp(\/|['"`])/, reason: 'there is no such folder on Windows: use os.tmpdir()' },
  { pattern: /\b(TODO|FIXME)\b/, reason: 'do it, or write down somewhere else that it is to be done' },
];

/** No file names one machine's paths, a registry, or work left undone. */
export const words: Check = {
  name: 'words',
  run: () =>
    repositoryFiles()
      .filter(isText)
      .flatMap((file) => wordProblems(file, textOf(file))),
};

/** What a text says that it must not, each with its line. */
export function wordProblems(file: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      forbidden
        .filter(({ pattern }) => pattern.test(line))
        .map(({ pattern, reason }) => `${file}:${index + 1} says "${pattern.exec(line)?.[0].trim()}": ${reason}`),
    );
}

function isText(file: string): boolean {
  const isRead = /\.(ts|js|cjs|mjs|json|md|ya?ml|html|css|hbs|sh|ps1|sql|txt)$|(^|\/)\.\w+$/.test(file);
  return isRead && file !== thisFile && !isFaultyFixture(file);
}
