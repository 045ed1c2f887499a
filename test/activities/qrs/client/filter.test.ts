import { array, assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, encodeValue } from '../../../../activities/qrs/client/call.ts';
import {
  and,
  contains,
  endsWith,
  eq,
  ge,
  gt,
  guid,
  le,
  lt,
  ne,
  oneOf,
  or,
  type QrsFilter,
  startsWith,
} from '../../../../activities/qrs/client/filter.ts';
import { codeOf, thrownBy } from './code-of.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

describe('filter', () => {
  it('quotes text and dates, and writes ids, numbers and truth bare', () => {
    expect(eq('name', 'Sales').text).toBe("name eq 'Sales'");
    expect(eq('id', guid(id)).text).toBe(`id eq ${id}`);
    expect(eq('published', true).text).toBe('published eq true');
    expect(ne('status', 8).text).toBe('status ne 8');
    expect(ge('publishTime', new Date('2024-01-02T03:04:05.006Z')).text).toBe(
      "publishTime ge '2024-01-02T03:04:05.006Z'",
    );
    expect(startsWith('name', '~waybill/').text).toBe("name sw '~waybill/'");
    expect(contains('stream.name', 'x').text).toBe("stream.name so 'x'");
  });

  it.each([
    [eq('a', 1), 'a eq 1'],
    [ne('a', 1), 'a ne 1'],
    [gt('a', 1), 'a gt 1'],
    [ge('a', 1), 'a ge 1'],
    [lt('a', 1), 'a lt 1'],
    [le('a', 1), 'a le 1'],
    [startsWith('a', 'x'), "a sw 'x'"],
    [endsWith('a', 'x'), "a ew 'x'"],
    [contains('a', 'x'), "a so 'x'"],
    [eq('a', false), 'a eq false'],
  ])('has a word of the site for each comparison: %j', (filter, text) => {
    expect(filter).toEqual({ kind: 'term', text });
  });

  it('escapes with the backslash, as the site measured does', () => {
    expect(eq('name', "Q1'25").text).toBe(String.raw`name eq 'Q1\'25'`);
    expect(eq('name', 'a\\').text).toBe(String.raw`name eq 'a\\'`);
  });

  it('sets parentheses only where the meaning needs them', () => {
    const [a, b, c] = [eq('a', 1), eq('b', 2), eq('c', 3)];

    expect(and(a, or(b, c)).text).toBe('a eq 1 and (b eq 2 or c eq 3)');
    expect(and(and(a, b), c).text).toBe('a eq 1 and b eq 2 and c eq 3');
    expect(or(a).text).toBe('a eq 1');
    expect(and(or(a, b)).text).toBe('a eq 1 or b eq 2');
    expect(and(c, and(or(a, b))).text).toBe('c eq 3 and (a eq 1 or b eq 2)');
    expect(oneOf('id', [guid(id)]).text).toBe(`id eq ${id}`);
  });

  it('refuses what would change the meaning of a filter', () => {
    expect(codeOf(() => and())).toBe('WAYBILL_QRS_VALUE');
    expect(codeOf(() => oneOf('id', []))).toBe('WAYBILL_QRS_VALUE');
    expect(codeOf(() => guid(''))).toBe('WAYBILL_QRS_VALUE');
    expect(codeOf(() => guid(`${id} or true`))).toBe('WAYBILL_QRS_VALUE');
    for (const odd of ['', `x${id}`, `${id}x`, id.slice(1), id.replaceAll('-', ''), id.replace('f', 'g'), `${id}\n`]) {
      expect(codeOf(() => guid(odd))).toBe('WAYBILL_QRS_VALUE');
      expect(codeOf(() => eq('id', { guid: odd }))).toBe('WAYBILL_QRS_VALUE');
    }
    expect(guid(id.toUpperCase())).toEqual({ guid: id.toUpperCase() });
    for (const odd of ['', '1a', 'a b', 'a.', '.a', 'a..b', 'a.1', "a'", 'a-b']) {
      expect(codeOf(() => eq(odd, 1))).toBe('WAYBILL_QRS_VALUE');
    }
    expect(eq('a1.b2_c.D', 1).text).toBe('a1.b2_c.D eq 1');
    expect(codeOf(() => eq('a', 1.5))).toBe('WAYBILL_QRS_VALUE');
    expect(codeOf(() => eq('name eq 1 or id', 2))).toBe('WAYBILL_QRS_VALUE');
    expect(codeOf(() => eq('a', Number.NaN))).toBe('WAYBILL_QRS_VALUE');
    expect(codeOf(() => eq('a', new Date(Number.NaN)))).toBe('WAYBILL_QRS_VALUE');
  });

  it.each([
    [() => guid('x "y"'), { value: String.raw`"x \"y\""`, kind: 'an id (GUID)' }],
    [() => eq('a b', 1), { value: '"a b"', kind: 'the name of a property' }],
    [() => eq('a', 1.5), { value: '1.5', kind: 'a whole number' }],
    [() => eq('a', new Date(Number.NaN)), { kind: 'a date' }],
    [() => or(), { kind: 'the parts of an "or" filter' }],
  ])('says what it refuses: %s', (make, facts) => {
    expect(thrownBy(make).facts).toMatchObject(facts);
  });

  it('brings any text to the site unchanged', () => {
    assert(
      property(array(string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), (texts) => {
        const filter = or(...texts.map((text) => eq('name', text)));

        expect(readBack(onTheWire(filter))).toEqual(texts);
      }),
    );
    expect(readBack(onTheWire(eq('name', `R&D #1 + 50% of 'it' \\ "x" ü €`)))).toEqual([
      `R&D #1 + 50% of 'it' \\ "x" ü €`,
    ]);
  });

  it('encodes every sign that means something in an address', () => {
    expect(encodeValue("R&D#+' %=?()!*")).toBe('R%26D%23%2B%27%20%25%3D%3F%28%29%21%2A');
  });
});

/** What a server gets out of the address. */
function onTheWire(filter: QrsFilter): string {
  const address = addressOf({ path: '/qrs/app/full', query: { filter: filter.text } }, 'abcdefghijklmnop');
  return new URL(address, 'https://qlik:4242').searchParams.get('filter') ?? '';
}

/** The quoted values of `name eq '…' or name eq '…'`, read as the site does: backslash escapes, a bare quote ends. */
function readBack(text: string): string[] {
  const values: string[] = [];
  let rest = text;
  while (rest !== '') {
    const opening = rest.match(/^( or )?name eq '/)?.[0];
    if (opening === undefined) throw new Error(`cannot read ${rest}`);
    rest = rest.slice(opening.length);
    let value = '';
    while (rest[0] !== "'") {
      if (rest === '') throw new Error('the quote is never closed');
      if (rest[0] === '\\') rest = rest.slice(1);
      value += rest[0];
      rest = rest.slice(1);
    }
    values.push(value);
    rest = rest.slice(1);
  }
  return values;
}
