import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredDecision } from '../../activities/qrs/source/stored-decision.ts';
import { endedPromotion, whatStands } from '../harness/acts.ts';
import { publishedApp } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { hiddenFields, startWorkingConsole, type WorkingConsole } from './signed-in-world.ts';

describe('deciding on the console', () => {
  let room: WorkingConsole;
  let to: (name: string) => string;
  beforeAll(async () => {
    room = await startWorkingConsole();
    to = room.world.alias;
  });
  afterAll(() => room?.close());

  /** Publishes an app and waits until it stands in the inbox; the path of its page. */
  async function waitingApp(name: string, stream = 'Sales') {
    const appId = publishedApp(room.world, name, { stream });
    await waitFor('the app to wait', () => room.world.ledger.getAwaiting(to('dev'), appId));
    return { appId, path: `/apps/${to('dev')}/${appId}` };
  }

  const everywhere = () => ({
    verdict: 'approve',
    [`mode.${to('test')}`]: 'overwrite',
    [`stream.${to('test')}`]: ['Sales', 'Finance'],
    [`mode.${to('prod')}`]: 'duplicate',
    [`other.${to('prod')}`]: 'Sales',
    note: 'checked with Ann',
  });

  it('promotes what was approved, recorded as proven by the console', async () => {
    const { world } = room;
    const { appId, path } = await waitingApp('Approved on the console');
    const content = world.site('dev').contentHash(appId);
    const anna = await room.signedIn('anna');

    await waitFor('the page to show the streams of the target', async () => {
      const { text } = await anna.open(`${path}/decide`);
      return text.includes(`name="stream.${to('test')}" value="Finance"`) && text.includes('Approved on the console');
    });
    const preview = await anna.send(`${path}/preview`, everywhere());
    expect(preview.text).toContain('replaces the app of this name, or adds it, in Sales, Finance');
    expect(await world.ledger.listPromotions({ site: to('dev'), appId })).toEqual([]);
    const shown = await anna.send(`${path}/decide`, hiddenFields(preview.text));

    expect(shown).toMatchObject({ status: 200, path: expect.stringMatching(/^\/promotions\//) });
    const ended = await endedPromotion(world, appId);
    expect(shown.path).toBe(`/promotions/${ended.promotionKey}`);
    expect(ended).toMatchObject({ state: 'promoted' });
    expect(ended.decision).toMatchObject({
      by: { account: 'COMPANY\\anna', door: 'console', asserted: false },
      note: 'checked with Ann',
    });
    const stands = (site: string) => whatStands(world, site).filter(({ name }) => name === 'Approved on the console');
    expect(stands('test').map((app) => [app.stream, app.content])).toEqual([
      ['Finance', content],
      ['Sales', content],
    ]);
    expect(stands('prod').map((app) => [app.stream, app.content])).toEqual([['Sales', content]]);
  });

  it('is one decision, however often its form is sent', async () => {
    const { world } = room;
    const { appId, path } = await waitingApp('Sent twice');
    const anna = await room.signedIn('anna');
    await anna.open(`${path}/decide`);
    const fields = hiddenFields((await anna.send(`${path}/preview`, everywhere())).text);

    const twice = await Promise.all([anna.send(`${path}/decide`, fields), anna.send(`${path}/decide`, fields)]);
    const ended = await endedPromotion(world, appId);
    await anna.open('/');
    const again = await anna.send(`${path}/decide`, fields);

    const there = { status: 200, path: `/promotions/${ended.promotionKey}` };
    expect([...twice, again]).toMatchObject([there, there, there]);
    expect(await world.ledger.listPromotions({ site: to('dev'), appId })).toHaveLength(1);
  });

  it('denies with a note, and the app goes back to its owner', async () => {
    const { world } = room;
    const { appId, path } = await waitingApp('Denied on the console');
    const anna = await room.signedIn('anna');
    await anna.open(`${path}/decide`);

    const preview = await anna.send(`${path}/preview`, { verdict: 'deny', note: 'The figures of May are missing.' });
    expect(preview.text).toContain('Nothing is promoted, and the app leaves its stream');
    await anna.send(`${path}/decide`, hiddenFields(preview.text));

    const ended = await endedPromotion(world, appId);
    expect(ended).toMatchObject({ state: 'denied', decision: { note: 'The figures of May are missing.' } });
    const mail = await waitFor('the mail to the owner', () =>
      world.inbox.messages().find(({ subject }) => subject.includes('Denied on the console')),
    );
    expect(mail.text).toContain('The figures of May are missing.');
  });

  it('tells whose decision it was where somebody was faster', async () => {
    const { path } = await waitingApp('Decided twice');
    const [anna, ada] = [await room.signedIn('anna'), await room.signedIn('ada')];
    const forms = [];
    for (const browser of [anna, ada]) {
      await browser.open(`${path}/decide`);
      forms.push(hiddenFields((await browser.send(`${path}/preview`, everywhere())).text));
    }

    await anna.send(`${path}/decide`, forms[0] ?? {});
    const second = await ada.send(`${path}/decide`, forms[1] ?? {});

    expect(second.status).toBe(409);
    expect(second.text).toContain('COMPANY\\anna');
    expect((await ada.open(`${path}/decide`)).text).toMatch(
      /Approved by <strong>COMPANY\\anna<\/strong> on the console/,
    );
  });

  it('is refused to who may not, by buttons and by forms made by hand', async () => {
    const { world } = room;
    const { appId, path } = await waitingApp('Not hers', 'Finance');
    const fields = { ...everywhere(), decisionId: crypto.randomUUID() };
    for (const person of ['anna', 'vera', 'otto'] as const) {
      const browser = await room.signedIn(person);
      const page = await browser.open(`${path}/decide`);
      expect(page.text).toContain('You cannot decide about this app.');
      expect(page.text).not.toContain('/preview');
      expect(await browser.send(`${path}/decide`, fields)).toMatchObject({ status: 403 });
    }
    const ada = await room.signedIn('ada');
    await ada.open(`${path}/decide`);

    expect(await ada.sendRaw(`${path}/decide`, fields)).toMatchObject({ status: 403 });
    expect(await ada.open(`${path}/decide?verdict=approve&confirm=yes`)).toMatchObject({ status: 200 });
    expect(await world.ledger.listPromotions<StoredDecision>({ site: to('dev'), appId })).toEqual([]);
    expect(await world.ledger.getAwaiting(to('dev'), appId)).toBeDefined();
  });

  it('says what is missing, and keeps what was chosen', async () => {
    const { path } = await waitingApp('Half chosen');
    const anna = await room.signedIn('anna');
    await anna.open(`${path}/decide`);

    const nowhere = await anna.send(`${path}/preview`, { verdict: 'approve', note: 'kept note' });
    expect(nowhere).toMatchObject({ status: 422 });
    expect(nowhere.text).toContain('Choose at least one target');
    expect(nowhere.text).toContain('kept note');
    const half = await anna.send(`${path}/preview`, { verdict: 'approve', [`mode.${to('test')}`]: 'overwrite' });

    expect(half).toMatchObject({ status: 422 });
    expect(half.text).toContain('Choose a stream there.');
    expect(half.text).toMatch(new RegExp(`name="mode.${to('test')}" value="overwrite" checked`));
  });
});
