import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approverFindings, type AuditedStream } from '../../../rules/doctor/approvers.ts';

const SERVICE = 'INTERNAL\\sa_api';
const person = (id: string, name = id) => ({ account: `COMPANY\\${id}`, name });
const crowd = Array.from({ length: 21 }, (_, at) => person(`user${at}`));

const stream = (differs: Partial<AuditedStream>): AuditedStream => ({
  name: 'Sales',
  people: [
    person('anna', 'Anna'),
    { account: SERVICE, name: SERVICE },
    { account: 'INTERNAL\\sa_scheduler', name: '' },
  ],
  isCut: false,
  approvers: 'anyone',
  ...differs,
});

const found = (...streams: AuditedStream[]) => approverFindings('dev', streams, [SERVICE]);

describe('those who may set the approval property', () => {
  it('are named, but for service accounts', () => {
    expect(found(stream({}))).toEqual([
      {
        check: 'source.approvers',
        subject: 'site dev',
        verdict: 'ok',
        what: 'The approval property of apps of the stream Sales may be set by Anna (COMPANY\\anna).',
      },
    ]);
  });

  it.each([
    ['are nobody', { people: [{ account: 'internal\\SA_API', name: SERVICE }] }, /^Nobody but service accounts/],
    ['are too many to be chosen', { people: crowd }, /^21 people may set .* whoever sets it approves\.$/],
    ['were cut off', { isCut: true }, /^1 people or more/],
    [
      'lack one whom the settings name',
      { approvers: { users: ['company\\ANNA', 'COMPANY\\bert'], groups: [] } },
      /^COMPANY\\bert may approve by the settings, but not/,
    ],
  ])('are worth a look where they %s', (_, differs, what) => {
    expect(found(stream(differs as Partial<AuditedStream>))).toMatchObject([
      { verdict: 'look', what: expect.stringMatching(what) as string, remedy: expect.any(String) as string },
    ]);
  });

  it('may be many where the settings say whose decision counts', () => {
    const approvers = { users: ['COMPANY\\user3'], groups: ['Finance'] };
    expect(found(stream({ people: crowd, approvers }))).toMatchObject([
      { verdict: 'ok', what: expect.stringMatching(/user4.* and 16 more\.$/) as string },
    ]);
  });

  it('are not known where no app is published', () => {
    expect(found()).toMatchObject([{ verdict: 'skipped' }]);
  });

  it('are told of for each stream, whoever they are', () => {
    const anyStream = fc.record({
      name: fc.string(),
      people: fc.array(fc.record({ account: fc.string(), name: fc.string() })),
      isCut: fc.boolean(),
      approvers: fc.constantFrom('anyone' as const, { users: ['COMPANY\\anna'], groups: [] }),
    });
    fc.assert(
      fc.property(fc.array(anyStream, { minLength: 1 }), (streams) => {
        const findings = found(...streams);
        expect(findings).toHaveLength(streams.length);
        expect(findings.every(({ verdict, remedy }) => verdict === 'ok' || remedy !== undefined)).toBe(true);
      }),
    );
  });
});
