import { catalogue } from '../../common/errors/catalogue.ts';
import type { Check } from './check.ts';
import { repositoryFiles, textOf } from './repository.ts';

/** Every error of the catalogue is raised somewhere in the product, and every code that is raised is in it. */
export const errorsRaised: Check = {
  name: 'errors',
  run: () => {
    const used = new Map(
      repositoryFiles()
        .filter(isProduct)
        .flatMap((file) => codesIn(textOf(file)).map((code) => [code, file])),
    );
    return errorProblems(Object.keys(catalogue), used);
  },
};

/** What is wrong between the codes of the catalogue and the codes in use, each with a file that uses it. */
export function errorProblems(known: readonly string[], used: ReadonlyMap<string, string>): string[] {
  const idle = known.filter((code) => !used.has(code));
  const strange = [...used].filter(([code]) => !known.includes(code));
  return [
    ...idle.map((code) => `${code} is in the catalogue, but nothing raises it: remove it`),
    ...strange.map(([code, file]) => `${file} names ${code}, which is not in the catalogue`),
  ];
}

/** Error codes that a source text names as strings; names of environment variables are none. */
export function codesIn(text: string): string[] {
  const withoutVariables = text.replaceAll(/env\[['"]\w+['"]\]|env\.\w+/g, '');
  return [...withoutVariables.matchAll(/['"`](WAYBILL_[A-Z0-9]+_[A-Z0-9_]*[A-Z0-9])['"`]/g)].map(
    (match) => match[1] ?? '',
  );
}

function isProduct(file: string): boolean {
  return file.endsWith('.ts') && !/^(test|bench|sandbox|common\/errors)\//.test(file);
}
