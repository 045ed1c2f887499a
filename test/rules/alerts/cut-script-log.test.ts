import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutScriptLog } from '../../../rules/alerts/cut-script-log.ts';

describe('a script log', () => {
  it('shows its first and last lines, and says how long it is', () => {
    expect(cutScriptLog('one\r\ntwo\r\nthree\r\nfour\r\n', { head: 1, tail: 2 })).toEqual({
      head: ['one'],
      tail: ['three', 'four'],
      lines: 4,
      characters: 23,
    });
  });

  it.each(['one\ntwo', 'one\r\ntwo', 'one\ntwo\n'])('has the same lines as %j', (text) => {
    expect(cutScriptLog(text, { head: 9, tail: 9 })).toMatchObject({
      head: ['one', 'two'],
      tail: ['one', 'two'],
      lines: 2,
    });
  });

  it('that is empty has no lines', () => {
    expect(cutScriptLog('', { head: 3, tail: 3 })).toEqual({ head: [], tail: [], lines: 0, characters: 0 });
  });

  it('shows nothing where nothing is asked for', () => {
    expect(cutScriptLog('one\ntwo', { head: 0, tail: 0 })).toMatchObject({ head: [], tail: [], lines: 2 });
  });

  it('keeps empty lines within', () => {
    expect(cutScriptLog('one\n\n\ntwo\n\n', { head: 0, tail: 3 })).toMatchObject({ tail: ['', 'two', ''], lines: 5 });
  });

  it('shortens a line that no message can show, without half characters', () => {
    const { head, characters } = cutScriptLog(`${'a'.repeat(1998)}😀${'b'.repeat(9000)}`, { head: 1, tail: 0 });

    expect(head[0]).toHaveLength(2000);
    expect(head[0]?.endsWith('…')).toBe(true);
    expect(head[0]?.isWellFormed()).toBe(true);
    expect(characters).toBe(11_000);
  });

  it('of any lines is told from both ends', () => {
    const line = fc.string().filter((text) => !/[\r\n\0]/.test(text));
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.nat(9), fc.nat(9), (lines, end, head, tail) => {
        const text = lines.map((one) => one + end).join('');
        expect(cutScriptLog(text, { head, tail })).toEqual({
          head: lines.slice(0, head),
          tail: lines.slice(Math.max(0, lines.length - tail)),
          lines: lines.length,
          characters: text.length,
        });
      }),
    );
  });
});
