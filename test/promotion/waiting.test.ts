import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, whatStands } from '../harness/acts.ts';
import { isPublished, mailsAbout, nthPromotion, promotionsOf, publishedApp, quiet } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP, startWorld, type World } from '../harness/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({
    targets: ['test'],
    change: (yaml, alias) => {
      const source = yaml['sources'][alias('dev')];
      source.approval = { reminder: '700ms', expire: '5s' };
      source.streams.Finance = { approval: { reminder: '0s', expire: '0s' } };
    },
  });
});

afterAll(async () => {
  await world?.close();
});

/** A published app that somebody chose a target for. */
function askedApp(name: string, stream?: string): string {
  const app = publishedApp(world, name, { stream });
  world.site('dev').actAs.setProperties(app, REP, { PromoteToServer: [`${world.alias('test')} - Overwrite`] });
  return app;
}

const expiredMail = (name: string) =>
  world.inbox.waitFor(({ messageId, subject }) => messageId.includes('.expired.') && subject.includes(name));
const subjects = (name: string): string[] => mailsAbout(world, name).map(({ subject }) => subject);

describe.concurrent('an app that waits for a decision', () => {
  it('has its approvers reminded, and ends as expired when nobody decides; the app stays', async () => {
    const name = 'Nobody decides';
    const app = askedApp(name);

    const expired = await expiredMail(name);
    await quiet(world, app);

    const reminders = mailsAbout(world, name).filter(({ messageId }) => messageId.includes('.reminder.'));
    expect(reminders.length).toBeGreaterThanOrEqual(1);
    expect(reminders.map(({ envelopeTo }) => envelopeTo)).toEqual(reminders.map(() => ['manager@company.example']));
    expect(new Set(reminders.map(({ messageId }) => messageId)).size).toBe(reminders.length);
    expect(expired.envelopeTo).toEqual(['rep@company.example']);
    expect(isPublished(world, 'dev', app)).toBe(true);
    expect(await world.ledger.getAwaiting(world.alias('dev'), app)).toBeUndefined();
    expect(await promotionsOf(world, app)).toEqual([]);
  });

  it('can still be approved after it expired', async () => {
    const name = 'Late approval';
    const app = askedApp(name);
    await expiredMail(name);

    approve(world, app, { test: 'Overwrite' }, ['Sales']);

    expect(await nthPromotion(world, app, 1)).toMatchObject({ state: 'promoted' });
  });

  it('waits for ever and silently where the stream says so', async () => {
    const name = 'Waits for ever';
    const app = askedApp(name, 'Finance');
    const other = askedApp('First clock');
    await expiredMail('First clock');

    expect(await quiet(world, app)).toMatchObject({ state: 'awaiting-decision' });
    expect(subjects(name)).toEqual([]);
    expect(whatStands(world, 'test').filter((one) => one.id === other)).toEqual([]);
  });

  it('that nobody asked anything of brings no mail, and ends all the same', async () => {
    const name = 'Only published';
    const app = publishedApp(world, name);
    const other = askedApp('Second clock');
    await expiredMail('Second clock');
    const rested = await quiet(world, app);

    expect(rested?.state).toBe('expired');
    expect(subjects(name)).toEqual([]);
    expect(world.site('dev').app(other)).toBeDefined();
  });

  it('is reminded of no more once it is decided', async () => {
    const name = 'Decided in time';
    const app = askedApp(name);
    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 1);
    const other = askedApp('Third clock');
    await waitFor('another app to be reminded of', () => subjects('Third clock').length > 0);

    expect(mailsAbout(world, name).filter(({ messageId }) => messageId.includes('.reminder.'))).toEqual([]);
    expect(world.site('dev').app(other)).toBeDefined();
  });
});
