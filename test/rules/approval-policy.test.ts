import { assert, boolean, constantFrom, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ApprovalPolicy, type DecisionMaker, whyNotAllowed, whyNotAsserted } from '../../rules/approval-policy.ts';
import { REP } from './make-facts.ts';

const anyone: ApprovalPolicy = { approvers: 'anyone', ownerMayApprove: true };
const managers: ApprovalPolicy = {
  approvers: { users: ['company\\Manager'], groups: ['Approvers'] },
  ownerMayApprove: false,
};
const by = (account: string, more: Partial<DecisionMaker> = {}): DecisionMaker => ({
  account,
  groups: [],
  asserted: false,
  ...more,
});
const why = (maker: DecisionMaker, policy: ApprovalPolicy, verdict: 'approve' | 'deny' | 'reload' = 'approve') =>
  whyNotAllowed(maker, verdict, REP, policy, ['INTERNAL\\sa_api']).map(({ text }) => text);

describe('a decision counts', () => {
  it('by whom the policy names, by user or group, in any case', () => {
    expect(why(by('COMPANY\\MANAGER'), managers)).toEqual([]);
    expect(why(by('COMPANY\\other', { groups: ['approvers'] }), managers)).toEqual([]);
    expect(why(by('COMPANY\\other'), managers)).toEqual(['COMPANY\\other is not among the approvers of this stream.']);
    expect(why(by('COMPANY\\other'), anyone)).toEqual([]);
  });

  it('by the owner only where policy lets him approve; to deny his own app he always may', () => {
    expect(why(by('COMPANY\\rep'), managers)).toEqual(['COMPANY\\rep owns the app; the owner may not approve it.']);
    expect(why(by('COMPANY\\rep'), managers, 'reload')).toHaveLength(1);
    expect(why(by('COMPANY\\rep'), managers, 'deny')).toEqual([]);
    expect(why(by('COMPANY\\rep'), anyone)).toEqual([]);
  });

  it('never by a service account, whatever the policy', () => {
    const policy = record({
      approvers: constantFrom('anyone' as const, { users: ['INTERNAL\\sa_api'], groups: ['all'] }),
      ownerMayApprove: boolean(),
    });
    assert(
      property(policy, constantFrom('approve' as const, 'deny' as const, 'reload' as const), (some, verdict) => {
        expect(why(by('internal\\SA_API', { groups: ['all'] }), some, verdict)).toHaveLength(1);
      }),
    );
  });
});

describe('a decision whose author nobody proved', () => {
  const targets = ['test', 'prod'].map((site) => ({ site, mode: 'overwrite' as const, streams: ['Sales'] }));
  const acceptsTest = (site: string): boolean => site === 'test';

  it('is refused by targets that want a proof', () => {
    expect(whyNotAsserted(by('x', { asserted: true }), targets, acceptsTest)).toMatchObject([
      { kind: 'asserted', text: expect.stringContaining('"prod"'), blocking: true },
    ]);
    expect(whyNotAsserted(by('x'), targets, acceptsTest)).toEqual([]);
  });
});

describe('of several approvers that policy names', () => {
  const several: ApprovalPolicy = {
    approvers: { users: ['COMPANY\\anna', 'COMPANY\\otto'], groups: ['Approvers', 'Managers'] },
    ownerMayApprove: false,
  };

  it('each one counts by himself, by account or by any of his groups', () => {
    expect(why(by('COMPANY\\otto'), several)).toEqual([]);
    expect(why(by('COMPANY\\ina', { groups: ['Readers', 'managers'] }), several)).toEqual([]);
    expect(why(by('COMPANY\\ina', { groups: ['Readers'] }), several)).toHaveLength(1);
  });
});
