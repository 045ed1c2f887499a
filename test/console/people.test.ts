import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type ConsoleWorld, PASSWORD, startConsoleWorld } from './console-world.ts';

let world: ConsoleWorld;
let ada: Browser;
beforeAll(async () => {
  world = await startConsoleWorld();
  ada = await world.signedIn('ada');
});
afterAll(() => world?.close());

const olga = {
  name: 'Olga',
  displayName: 'Olga Owner',
  account: String.raw`COMPANY\olga`,
  approves: 'some',
  streams: 'Sales\r\nFinance\r\n',
  groups: 'Quality',
};

/** The one-time link of a page, without the address of the console. */
function linkIn(text: string): string {
  return /value="http:\/\/[^/]+(\/choose-password\?link=[\w-]+)"/.exec(text)?.[1] ?? 'no link';
}

async function choose(path: string, password: string): Promise<Browser> {
  const browser = world.browser();
  await browser.open(path);
  await browser.send('/choose-password', { link: path.split('=')[1] ?? '', password, again: password });
  return browser;
}

describe('an administrator', () => {
  it('adds somebody, who chooses the password behind a link that works once', async () => {
    await ada.open('/people/add');
    const shown = await ada.send('/people/add', olga);
    expect(shown.status).toBe(200);
    const link = linkIn(shown.text);

    const browser = await choose(link, 'a password of olgas own'.replace('olgas', 'her'));

    expect((await browser.open('/')).path).toBe('/');
    expect(await world.ledger.findPerson('olga')).toMatchObject({
      account: olga.account,
      roles: { admin: false, operator: false, approves: ['Sales', 'Finance'] },
      groups: ['Quality'],
      signedInAtUtc: expect.any(String) as string,
    });
    expect((await world.browser().open(link)).status).toBe(410);
    expect(JSON.stringify(world.logger.lines)).not.toContain(link.split('=')[1]);
  });

  it('is told what was typed wrong, and nothing is added', async () => {
    const wrong: readonly [Record<string, string>, string][] = [
      [{ account: 'olga' }, 'An account is written as'],
      [{ name: '../olga' }, 'A name has 1 to 64'],
      [{ approves: 'some', streams: ' ' }, 'Say which streams'],
      [{ name: 'vera' }, 'There is somebody of the name vera already.'],
    ];
    for (const [change, why] of wrong) {
      await ada.open('/people/add');
      const shown = await ada.send('/people/add', { ...olga, name: 'petra', ...change });
      expect(shown.status).toBe(422);
      expect(shown.text).toContain(why);
    }
    expect(await world.ledger.findPerson('petra')).toBeUndefined();
  });

  it('finds people by name, account or role', async () => {
    const shown = await ada.open('/people?text=operator');

    expect(shown.text).toContain('Otto');
    expect(shown.text).not.toContain('>Vera<');
    expect((await ada.open('/people?text=%3Cscript%3E')).text).toContain('Nobody is found by &quot;&lt;script>&quot;.');
  });

  it('takes a right away, which counts at once and ends the sessions', async () => {
    const otto = await world.signedIn('otto');
    await ada.open('/people/person?name=otto');
    const fields = { name: 'otto', displayName: 'Otto', account: String.raw`COMPANY\otto` };

    const shown = await ada.send('/people/change', { ...fields, approves: 'every', streams: '', groups: '' });

    expect(shown.text).toContain('Otto is approver of every stream now.');
    expect((await otto.open('/')).path).toBe('/sign-in');
    const changed = world.logger.lines.find(({ deed }) => deed === 'person-changed');
    expect(changed).toMatchObject({
      by: 'ada',
      person: 'otto',
      facts: { before: 'operator', after: 'approver of every stream' },
    });
  });

  it('shuts somebody out at once, links included, and lets him in again', async () => {
    const vera = await world.signedIn('vera');
    await ada.open('/people/person?name=vera');
    const link = linkIn((await ada.send('/people/link', { name: 'vera' })).text);
    await ada.open('/people/person?name=vera');

    await ada.send('/people/disable', { name: 'vera' });

    expect((await vera.open('/')).path).toBe('/sign-in');
    expect((await world.browser().open(link)).status).toBe(410);
    const refused = world.browser();
    await refused.open('/sign-in');
    expect(await refused.send('/sign-in', { name: 'vera', password: PASSWORD })).toMatchObject({ status: 401 });
    await ada.open('/people/person?name=vera');
    await ada.send('/people/enable', { name: 'vera' });
    expect(await (await world.signedIn('vera')).open('/')).toMatchObject({ path: '/' });
  });

  it('makes a newer link, which ends the older one; the old password works until it is used', async () => {
    const links: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      await ada.open('/people/person?name=anna');
      links.push(linkIn((await ada.send('/people/link', { name: 'anna' })).text));
    }
    const anna = await world.signedIn('anna');
    expect((await anna.open('/')).path).toBe('/');

    expect((await world.browser().open(links[0] ?? '')).status).toBe(410);
    await choose(links[1] ?? '', 'another horse battery');

    expect((await anna.open('/')).path).toBe('/sign-in');
  });

  it('ends all sessions of somebody', async () => {
    const vera = await world.signedIn('vera');
    await ada.open('/people/person?name=vera');

    await ada.send('/people/end-sessions', { name: 'vera' });

    expect((await vera.open('/')).path).toBe('/sign-in');
  });

  it('cannot shut out the last administrator, himself', async () => {
    const fields = { name: 'ada', displayName: 'Ada', account: String.raw`COMPANY\ada`, groups: '', streams: '' };
    await ada.open('/people/person?name=ada');
    expect(await ada.send('/people/disable', { name: 'ada' })).toMatchObject({ status: 409 });
    await ada.open('/people/person?name=ada');
    const shown = await ada.send('/people/change', { ...fields, operator: 'yes', approves: 'every' });

    expect(shown.status).toBe(409);
    expect(shown.text).toContain('Nobody would be left who can sign in as administrator.');
    expect(await world.ledger.findPerson('ada')).toMatchObject({ roles: { admin: true }, epoch: 1 });
  });

  it('is left one of two who shut each other out at the same moment', async () => {
    const roles = { admin: true, operator: false, approves: [] };
    await world.ledger.changePerson('vera', { roles });
    const vera = await world.signedIn('vera');
    await ada.open('/people/person?name=vera');
    await vera.open('/people/person?name=ada');

    const ended = await Promise.all([
      ada.send('/people/disable', { name: 'vera' }),
      vera.send('/people/disable', { name: 'ada' }),
    ]);

    expect(ended.filter(({ status, path }) => status === 200 && path.startsWith('/people'))).toHaveLength(1);
    const people = await world.ledger.listPeople();
    expect(people.filter((one) => one.roles.admin && one.disabledAtUtc === undefined)).toHaveLength(1);
  });
});

describe('everybody else', () => {
  it.each(['anna', 'otto'] as const)('such as %s neither sees people nor changes them', async (name) => {
    const other = await startConsoleWorld();
    const browser = await other.signedIn(name);
    for (const path of ['/people', '/people/add', '/people/person?name=ada'])
      expect(await browser.open(path)).toMatchObject({ status: 403 });
    const page = await browser.open('/account');
    expect(page.text).not.toContain('href="/people"');

    const acts = ['add', 'change', 'link', 'disable', 'enable', 'end-sessions', 'forget-identity'];
    for (const act of acts) {
      await browser.open('/account');
      const sent = await browser.send(`/people/${act}`, {
        ...olga,
        name: act === 'add' ? 'mallory' : name,
        admin: 'yes',
      });
      expect(sent.status).toBe(403);
    }

    expect(await other.ledger.findPerson('mallory')).toBeUndefined();
    expect(await other.ledger.findPerson(name)).toMatchObject({ roles: { admin: false } });
    await other.close();
  });
});

describe('what is done to people', () => {
  it('is not done when it cannot be noted', async () => {
    const other = await startConsoleWorld();
    const [admin, otto] = [await other.signedIn('ada'), await other.signedIn('otto')];
    const before = await other.ledger.listPeople();
    await admin.open('/people/add');
    await otto.open('/account');
    const database = new DatabaseSync(path.join(other.folder, 'data', 'ledger.sqlite'));
    database.exec(`create trigger no_notes before insert on audit begin select raise(abort, 'the disk is full'); end`);

    const chosen = { old: PASSWORD, password: 'another good password', again: 'another good password' };
    const sent = [
      await admin.send('/people/add', olga),
      await admin.send('/people/disable', { name: 'vera' }),
      await otto.send('/account/password', chosen),
      await otto.send('/account/end-sessions', {}),
    ];

    expect(sent.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
    expect(await other.ledger.listPeople()).toEqual(before);
    database.close();
    await other.close();
  });
});
