import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DESCRIPTION_MAX_LENGTH, plainDescription, stampDescription } from '../../rules/description.ts';

const text = string({ unit: 'binary', maxLength: 700, size: 'max' });
const stamp = 'App promoted from node: dev';

describe('a stamped description', () => {
  it('begins with the stamp and keeps the original', () => {
    expect(stampDescription('Sales by region', stamp)).toBe(`${stamp}\n\nSales by region`);
    expect(stampDescription('', stamp)).toBe(stamp);
    expect(stampDescription('Sales by region', ' ')).toBe('Sales by region');
  });

  it('is cut at 512 characters, the original first', () => {
    const stamped = stampDescription('x'.repeat(600), stamp);

    expect(stamped).toHaveLength(DESCRIPTION_MAX_LENGTH);
    expect(stamped.startsWith(`${stamp}\n\nxxx`)).toBe(true);
    expect(stamped.endsWith('x…')).toBe(true);
  });

  it('is never longer than 512 characters', () => {
    assert(
      property(text, text, (original, mark) => {
        expect(stampDescription(original, mark).length).toBeLessThanOrEqual(DESCRIPTION_MAX_LENGTH);
      }),
    );
  });

  it('is the same when it is stamped again', () => {
    assert(
      property(text, text, (original, mark) => {
        const once = stampDescription(original, mark);

        expect(stampDescription(once, mark)).toBe(once);
      }),
    );
  });

  it('never ends in half a character', () => {
    assert(
      property(text, text, (original, mark) => {
        expect(stampDescription(original, mark).isWellFormed()).toBe(true);
      }),
    );
    for (const length of [480, 481, 482, 483, 484, 510, 511, 512, 513]) {
      expect(stampDescription('😀'.repeat(300), 's'.repeat(length)).isWellFormed()).toBe(true);
      expect(stampDescription('', `${'s'.repeat(length)}${'😀'.repeat(20)}`).isWellFormed()).toBe(true);
    }
  });
});

describe('the parts of a stamped description', () => {
  const room = DESCRIPTION_MAX_LENGTH - 2;

  it('stand two lines apart, without blanks around them', () => {
    expect(stampDescription('  Sales by region \n', `  ${stamp}\n`)).toBe(`${stamp}\n\nSales by region`);
  });

  it('leave the original as it is where there is no stamp, and cut it', () => {
    expect(stampDescription(' Sales by region ', '')).toBe(' Sales by region ');
    expect(stampDescription('x'.repeat(513), '')).toBe(`${'x'.repeat(511)}…`);
    expect(stampDescription('x'.repeat(512), '')).toBe('x'.repeat(512));
  });

  it('are the stamp alone where no room is left for more than an ellipsis', () => {
    expect(stampDescription('Sales', 's'.repeat(room - 2))).toBe(`${'s'.repeat(room - 2)}\n\nS…`);
    expect(stampDescription('Sales', 's'.repeat(room - 1))).toBe('s'.repeat(room - 1));
    expect(stampDescription('Sales', 's'.repeat(600))).toBe(`${'s'.repeat(511)}…`);
  });

  it.each([
    ['\ud800\udc00', 'first'],
    ['\udbff\udfff', 'last'],
  ])('are never cut within a character: %j, the %s of its kind', (pair) => {
    expect(stampDescription(`${'x'.repeat(510)}${pair}yy`, '')).toBe(`${'x'.repeat(510)}…`);
    expect(stampDescription(`${'x'.repeat(509)}${pair}yy`, '')).toBe(`${'x'.repeat(509)}${pair}…`);
  });
});

describe('descriptions', () => {
  it('are compared without regard to white space, and none is an empty one', () => {
    expect(plainDescription('  Sales \r\n\r\n by\tregion ')).toBe('Sales by region');
    expect(plainDescription(undefined)).toBe('');
  });
});
