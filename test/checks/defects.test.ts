import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFECT_COUNT, defectProblems, namedTests, titlesIn } from './defects.ts';
import { repositoryFiles, root, textOf } from './repository.ts';

const page = textOf('docs/defects.md');
const sourceOf = (file: string): string | undefined => (existsSync(path.join(root, file)) ? textOf(file) : undefined);
const defectFiles = repositoryFiles().filter((file) => /^test\/defects\/.+\.test\.ts$/.test(file));

describe('the page of defects', () => {
  it('names a test for each defect, and every test of test/defects', () => {
    expect(defectFiles.length).toBeGreaterThan(5);
    expect(defectProblems(page, sourceOf, defectFiles)).toEqual([]);
  });
});

describe('the check of the page of defects', () => {
  const tests = `describe.each([1])('a group %s', () => {});\nit('does it', () => {});\nit.each([1])(\n  'does %s, "too"', (n) => {});\nawait waitFor('it', () => true);`;
  const row = (number: number, proof = '`test/a.test.ts` › does it'): string => `| ${number} | it holds | ${proof} |`;
  const rows = Array.from({ length: DEFECT_COUNT }, (_, index) => row(index + 1));
  const problems = (lines: readonly string[]): string[] =>
    defectProblems(lines.join('\n'), (file) => (file === 'test/a.test.ts' ? tests : undefined), []);

  it('reads titles of tests, also of tables, and of nothing else', () => {
    expect(titlesIn(tests)).toEqual(['does it', 'does %s, "too"']);
    expect(namedTests('| 1 | x | `test/a.test.ts` › does it <br> `test/b.test.ts` › does %s |')).toEqual([
      { file: 'test/a.test.ts', title: 'does it' },
      { file: 'test/b.test.ts', title: 'does %s' },
    ]);
  });

  it('accepts a page that names every defect and only tests that are there', () => {
    expect(problems(rows)).toEqual([]);
  });

  it('finds a number that is missing, doubled or unknown, and one without proof', () => {
    expect(problems(rows.slice(1))).toEqual(['defect 1 stands there 0 times']);
    expect(problems([...rows, row(2)])).toEqual(['defect 2 stands there 2 times']);
    expect(problems([...rows, row(DEFECT_COUNT + 1)])).toEqual([`there is no defect ${DEFECT_COUNT + 1}`]);
    expect(problems([row(1, 'nothing'), ...rows.slice(1)])).toEqual([
      'defect 1 names neither a test nor why there is none',
    ]);
  });

  it('finds a test or a file that is not there, and a test that is not named', () => {
    expect(problems([row(1, '`test/a.test.ts` › does that'), ...rows.slice(1)])).toEqual([
      'docs/defects.md names test/a.test.ts › does that, which is not there',
    ]);
    expect(problems([row(1, '`test/b.test.ts` › does it'), ...rows.slice(1)])).toHaveLength(1);
    expect(defectProblems(rows.join('\n'), () => tests, ['test/defects/b.test.ts'])).toContain(
      'test/defects/b.test.ts › does it is not named in docs/defects.md',
    );
  });
});
