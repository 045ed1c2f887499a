import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailRecipients, type RoutedReload, type WantedAlerts, wants } from '../../../rules/alerts/route.ts';

const all: WantedAlerts = { enabled: true, exceptApps: [], exceptOwners: [] };
const reload: RoutedReload = {
  appId: 'app-1',
  item: { tags: ['Nightly', 'Finance'] },
  owner: { id: 'u1', email: 'Anna@company.example' },
  missing: [],
};

describe('a destination', () => {
  it.each<[string, Partial<WantedAlerts>, boolean]>([
    ['wants all alerts where it says nothing', {}, true],
    ['wants none where it is switched off', { enabled: false }, false],
    ['wants those of its tenants', { tenants: ['eu'] }, true],
    ['wants none of other tenants', { tenants: ['us'] }, false],
    ['wants those of apps with its tag, in any case', { onlyTagged: ' finance' }, true],
    ['wants none of apps without its tag', { onlyTagged: 'Fin' }, false],
    ['wants those of its apps', { apps: ['APP-1'] }, true],
    ['wants none of other apps', { apps: ['app-2'] }, false],
    ['wants none of apps that it leaves out', { apps: ['app-1'], exceptApps: ['app-1'] }, false],
    ['wants those of its owners by address', { owners: ['anna@company.example'] }, true],
    ['wants those of its owners by id', { owners: ['U1'] }, true],
    ['wants none of other owners', { owners: ['ben@company.example'] }, false],
    ['wants none of owners that it leaves out', { exceptOwners: ['u1'] }, false],
  ])('%s', (_, wanted, expected) => {
    expect(wants('eu', reload, { ...all, ...wanted })).toBe(expected);
  });

  it('rather gets an alert than loses it where tags or owner could not be had', () => {
    const unknown: RoutedReload = { appId: 'app-1', missing: [{ part: 'item', why: 'no answer' }] };

    expect(wants('eu', unknown, { ...all, onlyTagged: 'Finance', owners: ['anna@company.example'] })).toBe(true);
  });

  it('knows an owner by the id that app or event tell, where the address could not be had', () => {
    const known: RoutedReload = { appId: 'app-1', event: { eventId: 'e', type: 't', ownerId: 'u1' }, missing: [] };

    expect(wants('eu', known, { ...all, owners: ['u2'] })).toBe(false);
    expect(wants('eu', known, { ...all, exceptOwners: ['u1'] })).toBe(false);
    expect(wants('eu', known, { ...all, owners: ['anna@company.example'] })).toBe(true);
    expect(
      wants('eu', { ...known, event: undefined, app: { name: 'A', ownerId: 'u1' } }, { ...all, owners: ['u1'] }),
    ).toBe(true);
  });
});

describe('the recipients of a mail', () => {
  const owner = { enabled: true, except: [], fallback: ['bi@company.example'] };

  it('are those of the destination, and the owner where that is wanted', () => {
    const recipients = ['bi@company.example'];

    expect(mailRecipients(reload, { recipients, owner })).toEqual(['bi@company.example', 'Anna@company.example']);
    expect(mailRecipients(reload, { recipients, owner: { ...owner, enabled: false } })).toEqual(recipients);
  });

  it('are the fallback where the owner has no address', () => {
    expect(mailRecipients({}, { recipients: [], owner })).toEqual(['bi@company.example']);
    expect(mailRecipients({ owner: { id: 'u1', email: '' } }, { recipients: [], owner })).toEqual([
      'bi@company.example',
    ]);
  });

  it('are owners of one list and not of the other', () => {
    const only = { ...owner, only: ['anna@company.example'] };

    expect(mailRecipients(reload, { recipients: [], owner: only })).toEqual(['Anna@company.example']);
    expect(mailRecipients(reload, { recipients: [], owner: { ...owner, only: ['ben@company.example'] } })).toEqual([]);
    expect(mailRecipients(reload, { recipients: [], owner: { ...only, except: ['ANNA@company.example'] } })).toEqual(
      [],
    );
  });

  it('get the alert once, however often they are named', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a@x.example', 'A@X.example', 'b@x.example')), (recipients) => {
        const found = mailRecipients({}, { recipients, owner: { ...owner, enabled: false } });
        expect(new Set(found.map((one) => one.toLowerCase())).size).toBe(found.length);
        expect(found).toHaveLength(new Set(recipients.map((one) => one.toLowerCase())).size);
      }),
    );
  });
});
