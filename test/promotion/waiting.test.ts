import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, whatStands } from '../harness/acts.ts';
import {
  isPublished,
  mailsAbout,
  nthPromotion,
  promotionsOf,
  publishedApp,
  quiet,
  setStreamProperty,
} from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startWorld, type World } from '../harness/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({
    targets: ['test'],
    change: (yaml, alias) => {
      const source = yaml['sources'][alias('dev')];
      source.approval = { reminder: '700ms', expire: '2s' };
      source.streams.Finance = { approval: { reminder: '0s', expire: '0s' } };
    },
  });
  await setStreamProperty(world, 'dev', 'Sales', 'EmailAlertOnPublishTo', ['True']);
});

afterAll(async () => {
  await world?.close();
});

const subjects = (name: string): string[] => mailsAbout(world, name).map(({ subject }) => subject);

describe.concurrent('an app that waits for a decision', () => {
  it('has its approvers reminded, and ends as expired when nobody decides; the app stays', async () => {
    const name = 'Nobody decides';
    const app = publishedApp(world, name);

    const expired = await world.inbox.waitFor(
      (mail) => mail.messageId.includes('.expired.') && mail.subject.includes(name),
      15_000,
    );
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
    const app = publishedApp(world, name);
    await world.inbox.waitFor((mail) => mail.messageId.includes('.expired.') && mail.subject.includes(name), 15_000);

    approve(world, app, { test: 'Overwrite' }, ['Sales']);

    expect(await nthPromotion(world, app, 1)).toMatchObject({ state: 'promoted' });
  });

  it('waits for ever and silently where the stream says so', async () => {
    const name = 'Waits for ever';
    const app = publishedApp(world, name, { stream: 'Finance' });
    const other = publishedApp(world, 'Measures the time');
    await waitFor('another app to expire', () => subjects('Measures the time').length >= 2, 15_000);

    expect(await quiet(world, app)).toMatchObject({ state: 'awaiting-decision' });
    expect(subjects(name)).toEqual([]);
    expect(whatStands(world, 'test').filter((one) => one.id === other)).toEqual([]);
  });

  it('is reminded of no more once it is decided', async () => {
    const name = 'Decided in time';
    const app = publishedApp(world, name);
    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 1);
    const other = publishedApp(world, 'Measures the time, too');
    await waitFor('another app to be reminded of', () => subjects('Measures the time, too').length > 0, 15_000);

    expect(mailsAbout(world, name).filter(({ messageId }) => messageId.includes('.reminder.'))).toEqual([]);
    expect(world.site('dev').app(other)).toBeDefined();
  });
});
