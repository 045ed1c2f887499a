/** How many defects of the old program are known. */
export const DEFECT_COUNT = 61;

/** A test as a page names it: `file` › title. */
export interface NamedTest {
  readonly file: string;
  readonly title: string;
}

/** The tests that a page of tables names, one after the other. */
export function namedTests(page: string): NamedTest[] {
  return [...page.matchAll(/`(test\/[\w/.-]+)` › (.+?)(?= <br>| \|$)/gm)].map(([, file = '', title = '']) => ({
    file,
    title,
  }));
}

/** The titles of the tests in a file, as they are written there. */
export function titlesIn(source: string): string[] {
  const plain = source.matchAll(/(?<![.\w])(?:it|test)\(\s*(['"`])((?:\\.|(?!\1)[^\\])+)\1/g);
  const tables = source.matchAll(/\)\(\s*(['"`])((?:\\.|(?!\1)[^\\])+)\1,\s*(?:async )?\(/g);
  const ofTests = [...tables].filter(({ index }) => !isGroup(source.slice(0, index)));
  return [...plain, ...ofTests].map(([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'));
}

/** Whether the table that ends here is one of groups of tests. */
function isGroup(before: string): boolean {
  const tables = [...before.matchAll(/\b(it|test|describe)(?:\.\w+)*\.each\b/g)];
  return tables.at(-1)?.[1] === 'describe';
}

/**
 * What is wrong between the page of defects and the tests; empty when they agree. `sourceOf` gives the text of a test
 * file or undefined, `defectFiles` are those whose every test the page has to name.
 */
export function defectProblems(
  page: string,
  sourceOf: (file: string) => string | undefined,
  defectFiles: readonly string[],
): string[] {
  const named = namedTests(page);
  const isNamed = (file: string, title: string): boolean =>
    named.some((one) => one.file === file && one.title === title);
  const unknown = named.filter(({ file, title }) => !titlesIn(sourceOf(file) ?? '').includes(title));
  const unnamed = defectFiles.flatMap((file) =>
    titlesIn(sourceOf(file) ?? '')
      .filter((title) => !isNamed(file, title))
      .map((title) => `${file} › ${title} is not named in docs/defects.md`),
  );
  return [
    ...numberProblems(page),
    ...unknown.map(({ file, title }) => `docs/defects.md names ${file} › ${title}, which is not there`),
    ...unnamed,
  ];
}

function numberProblems(page: string): string[] {
  const rows = [...page.matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, number, rest = '']) => ({
    number: Number(number),
    rest,
  }));
  const wanted = Array.from({ length: DEFECT_COUNT }, (_, index) => index + 1);
  const counts = wanted.map((number) => ({ number, count: rows.filter((row) => row.number === number).length }));
  const unproven = rows.filter(({ rest }) => !rest.includes('` › ') && !rest.includes('console: later issue'));
  return [
    ...counts
      .filter(({ count }) => count !== 1)
      .map(({ number, count }) => `defect ${number} stands there ${count} times`),
    ...rows.filter(({ number }) => !wanted.includes(number)).map(({ number }) => `there is no defect ${number}`),
    ...unproven.map(({ number }) => `defect ${number} names neither a test nor why there is none`),
  ];
}
