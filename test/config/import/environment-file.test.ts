import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentLine } from '../../../config/import/environment-file.ts';
import { temporaryFolder } from '../write-config.ts';

const hard = [
  `it's`,
  `a"b`,
  'a b',
  '#x',
  '$HOME',
  '`id`',
  '\\',
  "'$(id)`\"\\'",
  'ä€😀',
  ' x ',
  'a=b',
  '!!',
  "\\'",
  '"',
];
const folder = temporaryFolder();

/** The variable as a shell has it that read the file. */
function shellReads(text: string): string {
  const file = path.join(folder, 'x.env');
  writeFileSync(file, `${text}\n`);
  return execFileSync('sh', ['-c', '. "$1"; printf %s "$X"', 'sh', file], { encoding: 'utf8' });
}

describe('a line of an environment file', () => {
  it.skipIf(process.platform === 'win32').each(hard)('is read as %j by a shell, which runs nothing of it', (value) => {
    expect(shellReads(environmentLine('X', value)!.text)).toBe(value);
  });

  it('is read by Node as it was meant, but for those that are told of', () => {
    const printable = fc.string({ unit: fc.constantFrom(...`ab'"\`$\\#= {}(ä`) });

    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...hard), printable), (value) => {
        const line = environmentLine('X', value)!;
        if (line.isForNode) expect(parseEnv(`# head\n${line.text}\n`)).toEqual({ X: value });
        else expect(value).toMatch(/'/);
      }),
    );
  });

  it.each(['a\nb', 'a\rb', 'a\0b', '\u001b[31m', 'a\u2028b'])('holds no control characters: %j', (value) => {
    expect(environmentLine('X', value)).toBeUndefined();
  });
});
