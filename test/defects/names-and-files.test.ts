import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESCRIPTION_MAX_LENGTH } from '../../rules/description.ts';
import { approve, whatStands } from '../harness/acts.ts';
import { MANAGER, REP, startWorld, type World } from '../harness/world.ts';
import { nthPromotion, publishedApp, standingApp } from '../harness/scenes.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ targets: ['test'] });
});

afterAll(async () => {
  await world?.close();
});

const standing = (name: string) => whatStands(world, 'test').filter((app) => app.name === name);

describe.concurrent('a name with any signs', () => {
  it.each([
    'R&D',
    'a/b',
    '../x',
    'Plan #1 + 50% = ?',
    'O\'Neill\'s \\ "best"',
    'Umsätze Größe 📈 東京',
    'CON',
    '<b>{{name}}</b>',
    ` ${'n'.repeat(250)} `.trim(),
  ])('arrives unchanged and is found again: %s', async (name) => {
    const app = publishedApp(world, name);
    const content = world.site('dev').contentHash(app);
    const live = standingApp(world, 'test', name, 'Sales', MANAGER);

    approve(world, app, { test: 'Overwrite' }, ['Sales', 'Finance']);
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('promoted');
    expect(standing(name)).toEqual([
      { id: expect.any(String), name, stream: 'Finance', owner: REP, content },
      { id: live, name, stream: 'Sales', owner: MANAGER, content },
    ]);
    expect(whatStands(world, 'dev').filter((one) => one.name === name)).toMatchObject([{ owner: REP, content }]);
  });

  it('never becomes a file name: files are called by the hash of their bytes', async () => {
    const folder = world.config.artifacts.folder;
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const names = files.filter((file) => file.isFile()).map(({ name }) => name);

    const beingWritten = '[0-9a-f]{8}-\\d+-[0-9a-f]{8}\\.[0-9a-f-]{36}\\.part';
    const known = new RegExp(`^([0-9a-f]{64}(\\.json)?|store[\\w.-]*|${beingWritten})$`);
    expect(names.filter((name) => !known.test(name))).toEqual([]);
    expect(await readdir(path.dirname(folder))).not.toContain('x');
  });

  it('in a mail arrives in every script, in subject and text', async () => {
    const name = 'Größe und Maß';
    const app = publishedApp(world, name, { stream: 'Finance' });

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 1);
    const mail = await world.inbox.waitFor(({ subject }) => subject === `'${name}' promotion results`);

    expect(mail.text).toContain(`'${name}' was promoted.`);
  });
});

describe('a description', () => {
  it('keeps its text behind the stamp and is cut at 512 characters, never splitting one', async () => {
    const name = 'Long description';
    const app = publishedApp(world, name, { description: `Where we stand. ${'😀'.repeat(248)}` });

    approve(world, app, { test: 'Duplicate' }, ['Sales']);
    await nthPromotion(world, app, 1);

    const description = String(world.site('test').app(standing(name)[0]!.id)?.['description']);
    expect(description).toContain(`by: '${MANAGER}'`);
    expect(description).toContain('\n\nWhere we stand. 😀');
    expect(description.length).toBeLessThanOrEqual(DESCRIPTION_MAX_LENGTH);
    expect(description.isWellFormed()).toBe(true);
  });

  it('of a replaced app stays its own, with one stamp however often it is replaced', async () => {
    const name = 'Replaced twice';
    const live = standingApp(world, 'test', name);
    world.site('test').actAs.describe(live, 'What the target says');

    for (const round of [1, 2]) {
      const app = publishedApp(world, name, { description: 'What the source says' });
      approve(world, app, { test: 'Overwrite' }, ['Sales'], round === 1 ? {} : { PromotionUnpublish: ['True'] });
      await nthPromotion(world, app, 1);
    }

    const description = String(world.site('test').app(live)?.['description']);
    expect(description.match(/App promoted from node/g)).toHaveLength(1);
    expect(description).toMatch(/\n\nWhat the target says$/);
  });
});

describe('a large app', () => {
  it('goes through in flat memory', async () => {
    const sizeBytes = 300_000_000;
    const app = publishedApp(world, 'Large', { dataSizeBytes: sizeBytes });
    const usedBytes = (): number => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const before = usedBytes();
    let mostBytes = before;
    const timer = setInterval(() => {
      mostBytes = Math.max(mostBytes, usedBytes());
    }, 20);

    approve(world, app, { test: 'Duplicate' }, ['Sales']);
    const promotion = await nthPromotion(world, app, 1).finally(() => clearInterval(timer));

    expect(promotion.state).toBe('promoted');
    expect((promotion.artifact as { sizeBytes: number }).sizeBytes).toBeGreaterThan(sizeBytes / 2);
    expect(mostBytes - before).toBeLessThan(sizeBytes / 2);
  });
});
