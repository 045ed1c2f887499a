import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { namedTests, titlesIn } from './defects.ts';
import { root, textOf } from './repository.ts';

const page = textOf('docs/reliability.md');
const ROWS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 22, 24, 25];

it('the page of promises names only tests that are there', () => {
  const named = namedTests(page);
  const sourceOf = (file: string): string => (existsSync(path.join(root, file)) ? textOf(file) : '');

  expect(named.length).toBeGreaterThan(ROWS.length);
  expect(named.filter(({ file, title }) => !titlesIn(sourceOf(file)).includes(title))).toEqual([]);
});

it('the page of promises has each row once, with a test and with what is not promised', () => {
  const rows = [...page.matchAll(/^\| (\d+) \|([^|]+)\|([^|]+)\|([^|]+)\|(.+)\|$/gm)];

  expect(rows.map(([, number]) => Number(number))).toEqual(ROWS);
  for (const [, , , promised, not, tests] of rows) {
    expect(promised?.trim()).not.toBe('');
    expect(not?.trim()).not.toBe('');
    expect(tests).toContain('` › ');
  }
});
