import { beforeAll, describe, expect, it } from 'vitest';
import type { NewConsolePerson } from '../../../ledger/console-people.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { noon, type StoreUnderTest, steppedClock } from './store-under-test.ts';

const anna: NewConsolePerson = {
  name: 'Anna',
  kind: 'local',
  displayName: 'Anna Rep',
  account: String.raw`COMPANY\anna`,
  roles: { admin: true, operator: false, approves: ['Sales'] },
  groups: ['Quality'],
};
const HOUR_MS = 3_600_000;
const inADay = '2999-01-01T00:00:00.000Z';

export function describeConsolePeople(store: StoreUnderTest): void {
  describe('people of the console', () => {
    let ledger: Ledger;
    const clock = steppedClock();
    beforeAll(async () => {
      ledger = await store.fresh(clock.now);
    });

    it('are added once under a name, whatever its letters', async () => {
      expect(await ledger.addPerson(anna)).toBe(true);
      expect(await ledger.addPerson({ ...anna, name: 'ANNA', displayName: 'Another' })).toBe(false);

      expect(await ledger.findPerson('aNNa')).toEqual({ ...anna, name: 'anna', epoch: 1, createdAtUtc: noon });
    });

    it('change as far as is said', async () => {
      await ledger.changePerson('anna', { displayName: 'Anna', signedIn: true });
      expect(await ledger.findPerson('anna')).toMatchObject({
        displayName: 'Anna',
        account: anna.account,
        signedInAtUtc: noon,
        epoch: 1,
      });

      await ledger.changePerson('anna', { disabled: true, endSessions: true });
      expect(await ledger.findPerson('anna')).toMatchObject({ disabledAtUtc: noon, epoch: 2 });
      await ledger.changePerson('anna', { disabled: false });
      expect((await ledger.findPerson('anna'))?.disabledAtUtc).toBeUndefined();
      expect(await ledger.changePerson('nobody', { disabled: true })).toBe(false);
    });

    it('are found by what the identity provider knows them as, until that is forgotten', async () => {
      const subject = 'https://id.example 4711';
      await ledger.addPerson({ ...anna, name: 'bert', kind: 'oidc', subject });
      expect(await ledger.findPersonBySubject(subject)).toMatchObject({ name: 'bert', subject });
      expect(await ledger.addPerson({ ...anna, name: 'carl', kind: 'oidc', subject })).toBe(false);

      await ledger.changePerson('bert', { subject: null });

      expect(await ledger.findPersonBySubject(subject)).toBeUndefined();
    });

    it('are counted by one transaction at a time: of two that each take one of two away, one sees it', async () => {
      await ledger.addPerson({ ...anna, name: 'ada' });
      await ledger.changePerson('anna', { disabled: false });
      const takeAway = (name: string) =>
        ledger.withTransaction(async (tx) => {
          await tx.holdPeople();
          await tx.changePerson(name, { disabled: true });
          const left = (await tx.listPeople()).filter((one) => one.kind === 'local' && one.disabledAtUtc === undefined);
          if (left.length === 0) throw new Error('nobody is left');
        });

      const ended = await Promise.allSettled([takeAway('anna'), takeAway('ada')]);

      expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });
  });

  describe('one-time links', () => {
    let ledger: Ledger;
    let now = new Date(noon);
    beforeAll(async () => {
      ledger = await store.fresh(() => now);
    });
    const add = (tokenHash: string, person?: string, expiresAtUtc = inADay) =>
      ledger.addConsoleLink({ tokenHash, purpose: person ? 'password' : 'set-up', person, expiresAtUtc });

    it('are used by one of many who come at once, and not by looking', async () => {
      await add('a', 'anna');
      expect(await ledger.findConsoleLink('a')).toMatchObject({ purpose: 'password', person: 'anna' });

      const used = await Promise.all(Array.from({ length: 10 }, () => ledger.useConsoleLink('a')));

      expect(used.filter((link) => link !== undefined)).toHaveLength(1);
      expect(await ledger.findConsoleLink('a')).toBeUndefined();
    });

    it('stay good where the transaction that used them fails', async () => {
      await add('b');
      const failing = ledger.withTransaction(async (tx) => {
        await tx.useConsoleLink('b');
        throw new Error('changed my mind');
      });

      await expect(failing).rejects.toThrow('changed my mind');
      expect(await ledger.useConsoleLink('b')).toMatchObject({ purpose: 'set-up' });
    });

    it('end by purpose and person, and by time', async () => {
      await add('set-up');
      await add('of anna', 'anna');
      await add('of bert', 'bert', new Date(now.getTime() + HOUR_MS).toISOString());

      await ledger.endConsoleLinks({ purpose: 'password', person: 'anna' });
      expect(await ledger.findConsoleLink('of anna')).toBeUndefined();
      expect(await ledger.findConsoleLink('of bert')).toBeDefined();
      await ledger.endConsoleLinks({ purpose: 'set-up' });
      expect(await ledger.findConsoleLink('set-up')).toBeUndefined();

      now = new Date(now.getTime() + HOUR_MS);
      expect(await ledger.findConsoleLink('of bert')).toBeUndefined();
      expect(await ledger.useConsoleLink('of bert')).toBeUndefined();
    });
  });
}
