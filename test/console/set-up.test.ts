import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makePasswordLink, makeSetUpLink } from '../../console/sign-in/links.ts';
import { type ConsoleWorld, PASSWORD, startConsoleWorld } from './console-world.ts';

const ada = { name: 'Ada', displayName: 'Ada Admin', account: String.raw`COMPANY\ada`, password: PASSWORD };
const form = { ...ada, again: PASSWORD };

let world: ConsoleWorld;
beforeAll(async () => {
  world = await startConsoleWorld({ isEmpty: true });
});
afterAll(() => world?.close());

/** What follows the address: page and token. */
const pathOf = (url: string | undefined): string => (url ?? '').slice(world.url.length);
const tokenOf = (url: string | undefined): string => new URL(url ?? '').searchParams.get('link') ?? '';

describe('a console that nobody administers', () => {
  it('makes a link when it starts, which stands in no log and not in the ledger', async () => {
    expect(world.setUpLink).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/set-up\?link=[\w-]{43}$/);

    const token = tokenOf(world.setUpLink);
    expect(JSON.stringify(world.logger.lines)).not.toContain(token);
    expect(await world.ledger.findConsoleLink(token)).toBeUndefined();
  });

  it('refuses a link that is made up, replaced or of another kind', async () => {
    await world.ledger.addPerson({
      name: 'vera',
      kind: 'local',
      displayName: 'Vera',
      account: String.raw`COMPANY\vera`,
      groups: [],
      roles: { admin: false, operator: false, approves: [] },
    });
    const settings = { localSignIn: true };
    const ofVera = await makePasswordLink({ settings, ledger: world.ledger, publicUrl: world.url }, 'vera');
    const first = tokenOf(world.setUpLink);
    const again = await world.startAnother();
    await again.close();

    for (const token of ['', 'made-up', first, tokenOf(ofVera.url)]) {
      const shown = await world.browser().open(`/set-up?link=${token}`);
      expect(shown.status).toBe(410);
      expect(shown.text).toContain('This link was used, replaced by a newer one, or is older than 24 hours.');
    }
    expect((await world.browser().open(`/set-up?link=${tokenOf(again.setUpLink?.url)}`)).status).toBe(200);
  });
});

describe('whoever has the link', () => {
  let link: string;
  beforeEach(async () => {
    await world.ledger.changePerson('ada', { disabled: true });
    const settings = { localSignIn: true };
    const made = await makeSetUpLink({ settings, ledger: world.ledger, publicUrl: world.url });
    link = made?.url ?? '';
  });

  it('may look as often as he likes, mistypes without harm, and becomes administrator once', async () => {
    const browser = world.browser();
    for (let time = 0; time < 3; time += 1) expect((await browser.open(pathOf(link))).status).toBe(200);
    const wrong: readonly [Partial<typeof form>, string][] = [
      [{ account: 'ada' }, 'An account is written as'],
      [{ again: 'something else' }, 'The two passwords are not the same.'],
      [{ password: 'short', again: 'short' }, 'at least 12 characters'],
      [{ name: 'a b' }, 'A name has 1 to 64 letters'],
      [{ name: 'vera' }, 'somebody of the name vera already'],
    ];
    for (const [change, why] of wrong) {
      await browser.open(pathOf(link));
      const shown = await browser.send('/set-up', { ...form, ...change, link: tokenOf(link) });
      expect(shown.status).toBe(422);
      expect(shown.text).toContain(why);
    }

    await browser.open(pathOf(link));
    const after = await browser.send('/set-up', { ...form, link: tokenOf(link) });

    expect(after).toMatchObject({ status: 200, path: '/' });
    expect(after.text).toContain('You are administrator of this Waybill.');
    expect(await world.ledger.findPerson('ada')).toMatchObject({ account: ada.account, roles: { admin: true } });
    expect((await world.browser().open(pathOf(link))).status).toBe(410);
    const text = JSON.stringify(world.logger.lines);
    expect(text).not.toContain(tokenOf(link));
    expect(text).not.toContain(PASSWORD);
  });

  it('is alone, also where two send the form at the same moment', async () => {
    const names = ['ada2', 'ada3', 'ada4'];
    const browsers = await Promise.all(
      names.map(async (name) => {
        const browser = world.browser();
        await browser.open(pathOf(link));
        return { name, browser };
      }),
    );

    const ended = await Promise.all(
      browsers.map(({ name, browser }) => browser.send('/set-up', { ...form, name, link: tokenOf(link) })),
    );

    expect(ended.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 410, 410]);
    const people = await world.ledger.listPeople();
    const made = people.filter(({ name }) => names.includes(name));
    expect(made).toHaveLength(1);
    for (const { name } of made) await world.ledger.changePerson(name, { disabled: true });
  });

  it('gets nothing where somebody administers meanwhile', async () => {
    const browser = world.browser();
    await browser.open(pathOf(link));
    await world.ledger.changePerson('ada', { disabled: false });

    const shown = await browser.send('/set-up', { ...form, name: 'mallory', link: tokenOf(link) });

    expect(shown.status).toBe(409);
    expect(shown.text).toContain('ada can sign in as administrator');
    expect(await world.ledger.findPerson('mallory')).toBeUndefined();
  });
});

describe('a console that is administered', () => {
  it('makes no link', async () => {
    await world.ledger.changePerson('ada', { disabled: false });

    const again = await world.startAnother();
    await again.close();

    expect(again.setUpLink).toBeUndefined();
  });
});
