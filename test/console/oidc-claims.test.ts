import { describe, expect, it } from 'vitest';
import { knownPerson } from '../../console/sign-in/oidc/claims.ts';
import { mayDoLess, rolesOfGroups } from '../../console/sign-in/oidc/roles-of-groups.ts';

const settings = {
  nameClaim: 'preferred_username',
  displayNameClaim: 'name',
  account: String.raw`COMPANY\{upn before @}`,
  groupsClaim: 'groups',
};
const claims = {
  iss: 'https://id.example',
  sub: '4711',
  preferred_username: 'Anna@Company.example',
  name: 'Anna Rep',
  upn: 'anna@company.example',
  groups: ['Sales'],
};
const unusable = (reason: string) => ({ code: 'WAYBILL_CONSOLE_CLAIM_UNUSABLE', facts: { reason } });

describe('the claims of an identity provider', () => {
  it('say who somebody is', () => {
    expect(knownPerson(settings, claims, 'us')).toEqual({
      subject: 'https://id.example 4711',
      name: 'anna@company.example',
      displayName: 'Anna Rep',
      account: String.raw`COMPANY\anna`,
      groups: ['Sales'],
    });
  });

  it('may hold the whole account, one group as text, and no other name', () => {
    const more = { ...claims, qlik: String.raw`DIR\anna`, groups: 'Sales', name: undefined };

    expect(knownPerson({ ...settings, account: '{qlik}' }, more, 'us')).toMatchObject({
      account: String.raw`DIR\anna`,
      groups: ['Sales'],
      displayName: 'anna@company.example',
    });
  });

  it.each([
    ['the claim upn is missing', { upn: undefined }],
    ['the claim upn is missing', { upn: ' ' }],
    ['the claim upn is missing', { upn: ['anna@company.example'] }],
    ['the claim upn has nothing before @', { upn: 'anna' }],
    ['the claim upn has nothing before @', { upn: '@company.example' }],
    ['the claim upn cannot be a name', { upn: 'anna\n@company.example' }],
    ['the claim preferred_username cannot be a name', { preferred_username: 'a'.repeat(201) }],
    [String.raw`COMPANY\OTHER\boss is no account such as COMPANY\anna`, { upn: String.raw`OTHER\boss@x` }],
    [
      'you are in more groups than it sends; let it send only those of this application',
      { groups: undefined, _claim_names: { groups: 'src1' } },
    ],
  ])('are refused where %s', (reason, change) => {
    expect(() => knownPerson(settings, { ...claims, ...change }, 'us')).toThrow(
      expect.objectContaining({ ...unusable(reason), facts: expect.objectContaining({ reason }) as object }),
    );
  });
});

describe('the roles of groups', () => {
  const roles = {
    admin: ['Admins'],
    operator: ['Operators'],
    approver: { Sales: ['Sales', 'Finance'], Finance: ['Finance'], Quality: 'every' as const },
    viewer: ['Staff'],
  };

  it.each([
    [['Admins'], { admin: true, operator: false, approves: [] }],
    [['Sales', 'Finance', 'Operators'], { admin: false, operator: true, approves: ['Sales', 'Finance'] }],
    [['Sales', 'Quality'], { admin: false, operator: false, approves: 'every' }],
    [['Staff'], { admin: false, operator: false, approves: [] }],
    [['staff', 'ADMINS', 'toString'], undefined],
    [[], undefined],
  ])('of %j are %j', (groups, expected) => {
    expect(rolesOfGroups(roles, groups)).toEqual(expected);
  });

  it('let everybody look where everybody may', () => {
    const expected = { admin: false, operator: false, approves: [] };
    expect(rolesOfGroups({ ...roles, viewer: 'everybody' }, [])).toEqual(expected);
  });

  it('are less than before where one is gone', () => {
    const all = { admin: true, operator: true, approves: 'every' as const };
    const some = { admin: false, operator: true, approves: ['Sales'] };

    expect(mayDoLess(all, all)).toBe(false);
    expect(mayDoLess(some, all)).toBe(false);
    expect(mayDoLess(all, { ...all, approves: ['Sales'] })).toBe(true);
    expect(mayDoLess(all, { ...all, admin: false })).toBe(true);
    expect(mayDoLess(some, { ...some, operator: false })).toBe(true);
    expect(mayDoLess(some, { ...some, approves: ['Finance', 'Sales'] })).toBe(false);
    expect(mayDoLess({ ...some, approves: ['Finance', 'Sales'] }, some)).toBe(true);
  });
});
