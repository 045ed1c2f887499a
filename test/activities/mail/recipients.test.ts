import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bareAddress } from '../../../common/mail-address.ts';
import { addressesFor, ownerAddress } from '../../../activities/mail/recipients.ts';
import { mailContext } from './mail-fixtures.ts';

const email = (attributeValue: string, attributeType = 'email') => ({ attributeType, attributeValue });
const owner = 'COMPANY\\anna';

describe("the owner's address", () => {
  const settings = { attribute: 'Email', map: {}, pattern: '{user}@{directory}.example' };

  test('comes from the map before anything else, whatever the case', () => {
    const map = { 'company\\ANNA': 'Anna <anna@map.example>' };
    expect(ownerAddress(owner, { ...settings, map }, [email('anna@attribute.example')])).toBe('anna@map.example');
  });

  test('comes from the first usable attribute of the configured type, whatever the case', () => {
    const attributes = [
      email('x', 'group'),
      email('not an address'),
      email(' a1@x.example ', 'EMAIL'),
      email('a2@x.example'),
    ];
    expect(ownerAddress(owner, settings, attributes)).toBe('a1@x.example');
  });

  test('comes from the pattern when nothing else is known', () => {
    expect(ownerAddress(owner, settings, [])).toBe('anna@COMPANY.example');
    expect(ownerAddress('no-directory', settings, [])).toBeUndefined();
    expect(ownerAddress('COMPANY\\two words', settings, [])).toBeUndefined();
    expect(ownerAddress(owner, { attribute: 'email', map: {} }, [])).toBeUndefined();
  });

  test('gives way to the fallback list with a warning, and to nobody with a reason', () => {
    const request = { to: 'owner', site: 'dev', owner, attributes: [] } as const;

    const toFallback = addressesFor(request, mailContext({ fallback: ['bi@company.com', 'BI@company.com'] }), {});
    const toNobody = addressesFor(request, mailContext(), {});

    expect(toFallback.addresses).toEqual(['bi@company.com']);
    expect(toFallback.warnings[0]).toContain('COMPANY\\anna has no mail address');
    expect(toNobody).toMatchObject({ addresses: [], reason: expect.stringContaining('mail.fallback is empty') });
  });
});

describe('the addresses of an escalation', () => {
  const request = { to: 'escalation', site: 'dev' } as const;

  test("are the stream's own, else the source's", () => {
    const own = addressesFor({ ...request, streamName: 'SALES' }, mailContext(), {});
    const other = addressesFor({ ...request, streamName: 'Finance' }, mailContext(), {});

    expect(own.addresses).toEqual(['sales-head@company.com']);
    expect(other.addresses).toEqual(['head@company.com']);
  });

  test('are none, with the setting that would give one, where the source is gone', () => {
    expect(addressesFor({ ...request, streamName: 'Sales' }, mailContext({}, { sources: {} }), {})).toMatchObject({
      addresses: [],
      reason: expect.stringContaining('sources.dev.approval.escalateTo'),
    });
  });
});

describe('the addresses of a stream', () => {
  const request = { to: 'stream', site: 'dev', streamName: 'sales', streamId: 'ABC-1' } as const;

  test('join the setting and the CSV map, each address once', () => {
    const alertRows = [
      { streamId: 'abc-1', address: 'BOSS@company.com' },
      { streamId: 'abc-1', address: 'second@company.com' },
      { streamId: 'other', address: 'no@company.com' },
    ];

    expect(addressesFor(request, mailContext(), { alertRows }).addresses).toEqual([
      'boss@company.com',
      'second@company.com',
    ]);
  });

  test('are nobody for a stream that no setting names', () => {
    const other = { ...request, streamName: 'Review', streamId: undefined };
    expect(addressesFor(other, mailContext(), {})).toMatchObject({
      addresses: [],
      reason: expect.stringContaining("'Review'"),
    });
  });
});

describe('other audiences', () => {
  test('are the operators of the settings', () => {
    expect(addressesFor({ to: 'operators' }, mailContext(), {}).addresses).toEqual(['ops@company.com']);
    expect(addressesFor({ to: 'operators' }, mailContext({ operators: [] }), {}).reason).toContain('mail.operators');
  });

  test('are the addresses given, without those that are none', () => {
    const { addresses, warnings } = addressesFor({ to: 'explicit', addresses: ['a@x.com', 'b'] }, mailContext(), {});
    expect(addresses).toEqual(['a@x.com']);
    expect(warnings[0]).toContain('"b"');
  });
});

describe('a bare address', () => {
  test('is never more than one address and never starts a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab@.,;<>"\\()\r\n \t:é') }), (text) => {
        const address = bareAddress(text);
        expect(address ?? 'a@b').toMatch(/^[^\s@,;<>"\\()]+@[^\s@,;<>"\\()]+$/);
      }),
    );
  });

  test.each([
    ['a@x.com', 'a@x.com'],
    [' Anna <a@x.com> ', 'a@x.com'],
    ['mailto:a@x.com', 'a@x.com'],
    ['müller@größe.example', 'müller@größe.example'],
    ['a@x.com\r\nBcc: b@x.com', undefined],
    ['a@x.com, b@x.com', undefined],
    ['a@b@c', undefined],
    ['', undefined],
  ])('of %j is %j', (text, address) => {
    expect(bareAddress(text)).toBe(address);
  });
});
