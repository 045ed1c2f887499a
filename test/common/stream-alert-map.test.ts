import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStreamAlertMap } from '../../common/stream-alert-map.ts';

describe('the CSV of stream alerts', () => {
  test("reads the old program's file", () => {
    const { rows, problems } = parseStreamAlertMap('StreamID, ApprovalEmailAddress\nAB-1, a@x.com\nab-1,b@x.com\n');

    expect(rows).toEqual([
      { streamId: 'ab-1', address: 'a@x.com' },
      { streamId: 'ab-1', address: 'b@x.com' },
    ]);
    expect(problems).toEqual([]);
  });

  test('bears a BOM, CRLF, blank lines, quotes, spaces and a missing header', () => {
    const text = '\ufeff"AB-1" , "a@x.com"\r\n\r\n , \r\n  {CD-2}  ,"Boss <b@x.com>"\r\nEF-3,c@x.com,a comment';
    expect(parseStreamAlertMap(text).rows).toEqual([
      { streamId: 'ab-1', address: 'a@x.com' },
      { streamId: 'cd-2', address: 'b@x.com' },
      { streamId: 'ef-3', address: 'c@x.com' },
    ]);
  });

  test('bears semicolons or tabs between cells, and several addresses in one', () => {
    expect(parseStreamAlertMap('StreamID;ApprovalEmailAddress\nab;"a@x.com; b@x.com"').rows).toHaveLength(2);
    expect(parseStreamAlertMap('StreamID\tApprovalEmailAddress\nab\ta@x.com').rows).toHaveLength(1);
    expect(parseStreamAlertMap('StreamID,ApprovalEmailAddress\nab,a@x.com;b@x.com').rows).toHaveLength(2);
  });

  test('reports rows that cannot be used and keeps the others', () => {
    const { rows, problems } = parseStreamAlertMap('StreamID,Address\nab,nobody\n,a@x.com\ncd\nef,e@x.com');

    expect(rows).toEqual([{ streamId: 'ef', address: 'e@x.com' }]);
    expect(problems).toEqual([
      { line: 2, reason: '"nobody" is not a mail address' },
      { line: 3, reason: 'there is no stream id' },
      { line: 4, reason: 'there is no address for the stream cd' },
    ]);
  });

  test('never fails, and never makes an address of what is none', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab@.x,;"\t \r\n') }), (text) => {
        for (const { address } of parseStreamAlertMap(text).rows) expect(address).toMatch(/^[^\s@,;"]+@[^\s@,;"]+$/);
      }),
    );
  });

  test('reads back any rows that were written with quotes', () => {
    const id = fc.string({ unit: fc.constantFrom(...'abc-123'), minLength: 1 });
    fc.assert(
      fc.property(fc.array(id), (ids) => {
        const text = ids.map((one) => `"${one}","m@x.com"`).join('\r\n');
        expect(parseStreamAlertMap(text).rows.map(({ streamId }) => streamId)).toEqual(ids);
      }),
    );
  });
});
