import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findMosquitto } from '../harness/mosquitto.ts';
import { alertAt, endOf, failReload, mailTo, newApp } from './alert-acts.ts';
import { type AlertWorld, MAILED, SLACK, startAlertWorld, TEAMS } from './alert-world.ts';

describe.skipIf(!findMosquitto())('an alert', () => {
  let world: AlertWorld;
  let logs: string;

  beforeAll(async () => {
    world = await startAlertWorld({
      change: (yaml, { folder }) => {
        logs = path.join(folder, 'kept-logs');
        yaml['alerts'].scriptLogs = { enabled: true, folder: logs };
        for (const kind of Object.values<Record<string, object>>(yaml['alerts'].destinations))
          for (const one of Object.values(kind)) Object.assign(one, { headLines: 2, tailLines: 1, rateLimit: 0 });
      },
    });
  });

  afterEach(() => world?.cloud.faults.clear());

  afterAll(async () => {
    await world?.close();
  });

  /** What an alert has, and which parts it says are missing. */
  async function told(reloadId: string) {
    const { app, owner, triggeredBy, error, log, missing } = await alertAt(world, reloadId);
    return {
      app: app.name,
      tags: app.tags,
      owner: owner?.name ?? null,
      user: triggeredBy?.name ?? null,
      error: error.message,
      log: log?.head ?? null,
      missing: missing.map(({ part }) => part).toSorted(),
    };
  }

  const whole = {
    app: 'Sales',
    tags: ['Nightly'],
    owner: 'Olga Owner',
    user: 'Olga Owner',
    error: 'no such table',
    log: expect.arrayContaining([expect.stringContaining('first line')]) as unknown,
    missing: [] as string[],
  };

  function failSales(end: Parameters<typeof failReload>[2] = {}): { app: string; reloadId: string } {
    const app = newApp(world, { name: 'Sales', tags: ['Nightly'] });
    const log = ['first line', 'second line', 'third line', 'last line'];
    return { app, reloadId: failReload(world, app, { errorMessage: 'no such table', log, ...end }) };
  }

  it('knows app, owner, user, tags, error and log when Qlik Cloud answers', async () => {
    const { reloadId } = failSales();

    expect(await told(reloadId)).toEqual(whole);
  });

  it.each([
    ['the items', { path: '/items', effect: { type: 'empty-list' } }, { tags: null, missing: ['item'] }],
    [
      'the script log',
      { path: '/reloads/logs/', effect: { type: 'status', status: 500 } },
      { log: null, missing: ['log'] },
    ],
    ['the reload', { path: '/v1/reloads/', effect: { type: 'status', status: 500 } }, { missing: ['reload'] }],
    ['the reload without an end', { path: '/v1/reloads/', effect: { type: 'hang' } }, { missing: ['reload'] }],
    ['the app', { path: /\/apps\/[^/]+$/, effect: { type: 'html' } }, { missing: ['app'] }],
    [
      'the items cut short',
      { path: '/items', effect: { type: 'short', afterBytes: 9 } },
      { tags: null, missing: ['item'] },
    ],
    [
      'people',
      { path: '/users/', effect: { type: 'status', status: 403 } },
      { owner: null, user: null, missing: ['owner', 'user'] },
    ],
  ] as const)('goes out with the rest and says so when there is no answer for %s', async (_, fault, lack) => {
    world.cloud.faults.add({ ...fault, times: 0 });
    const { reloadId } = failSales();

    expect(await told(reloadId)).toEqual({ ...whole, ...lack });
  });

  it('goes out without its script log where there is none', async () => {
    const { reloadId } = failSales({ log: null });

    expect(await told(reloadId)).toEqual({ ...whole, log: null, missing: ['log'] });
  });

  it('goes out without its owner where Qlik Cloud knows that user no more', async () => {
    const leaver = world.cloud.actAs.createUser({ name: 'Leo Leaver' });
    const app = newApp(world, { owner: leaver });
    world.cloud.actAs.deleteUser(leaver);
    const { owner, triggeredBy, missing } = await alertAt(world, failReload(world, app));

    expect(owner).toEqual({ id: leaver, name: null, email: null });
    expect(triggeredBy).toMatchObject({ id: leaver });
    expect(missing.map(({ part }) => part).toSorted()).toEqual(['owner', 'user']);
  });

  it('says in chats and mails what is missing and why, and not what operators may do about it', async () => {
    world.cloud.faults.add({ path: '/items', effect: { type: 'empty-list' }, times: 0 });
    world.cloud.faults.add({ path: '/reloads/logs/', effect: { type: 'status', status: 500 }, times: 0 });
    const app = newApp(world, { name: 'Lacking much' });
    failReload(world, app);
    const isOurs = (body: unknown): boolean => JSON.stringify(body).includes('Lacking much');
    const slack = await world.chat.waitFor(({ channel, body }) => channel === SLACK && isOurs(body));
    const teams = await world.chat.waitFor(({ channel, body }) => channel === TEAMS && isOurs(body));
    const mail = await mailTo(world, MAILED, 'Lacking much');

    for (const text of [JSON.stringify(slack.body), JSON.stringify(teams.body), mail.text.replaceAll(/\s+/g, ' ')]) {
      expect(text).toContain('The tags and the size of the app could not be looked up');
      expect(text).toContain('the list is empty');
      expect(text).toContain('The script log could not be fetched');
      expect(text).toContain('status 500');
      expect(text).not.toMatch(/unknown|Waybill tries again/);
    }
  });

  it('waits as long as Qlik Cloud asks for, and lacks nothing then', async () => {
    const retryAfterSeconds = 1;
    const rule = world.cloud.faults.add({ path: '/items', effect: { type: 'too-many', retryAfterSeconds } });
    const { app, reloadId } = failSales();

    expect(await told(reloadId)).toEqual(whole);
    const asked = world.cloud.requests().filter((one) => one.path.includes(`resourceId=${app}`));
    expect(asked.map(({ status }) => status)).toEqual([429, 200]);
    expect(asked[0]?.faults).toEqual([rule]);
    expect(Date.parse(asked[1]!.atUtc) - Date.parse(asked[0]!.atUtc)).toBeGreaterThanOrEqual(1000);
  });

  it('goes out with what the event said while Qlik Cloud answers nothing at all', async () => {
    await world.cloud.goDown();
    try {
      const { reloadId } = failSales();
      const all = ['app', 'item', 'log', 'owner', 'reload', 'user'];

      expect(await told(reloadId)).toEqual({ ...whole, tags: null, owner: null, user: null, log: null, missing: all });
    } finally {
      await world.cloud.comeUp();
    }
  });

  it('goes out at once where Qlik Cloud does not accept the login, and shows no key', async () => {
    const refusal = { type: 'status', status: 401, json: { errors: [{ title: world.cloud.apiKey }] } } as const;
    world.cloud.faults.add({ path: '/api/', effect: refusal, times: 0 });
    const { reloadId } = failSales();
    const { missing } = await alertAt(world, reloadId);

    expect(missing).toHaveLength(6);
    expect(missing[0]?.why).toContain('does not accept the credentials');
    expect(JSON.stringify(missing)).not.toContain(world.cloud.apiKey);
  });

  describe('whose whole script log is wanted on disk', () => {
    it('leaves it there, however little of it is shown', async () => {
      const { reloadId } = failSales();
      const { log } = await alertAt(world, reloadId);
      const [day = ''] = await readdir(logs);
      const name = (await readdir(path.join(logs, day))).find((file) => file.includes(reloadId));

      expect(log?.tail.at(-1)).toBe('last line');
      expect(log?.head).not.toContain('third line');
      expect(await readFile(path.join(logs, day, name ?? ''), 'utf8')).toBe(
        'first line\r\nsecond line\r\nthird line\r\nlast line\r\n',
      );
    });

    it('goes out with its log where the folder cannot be written', async () => {
      await rm(logs, { recursive: true, force: true });
      await writeFile(logs, 'a file where a folder should be');
      try {
        const { reloadId } = failSales();

        expect(await told(reloadId)).toEqual(whole);
        expect(await endOf(world, reloadId)).toMatchObject({ state: 'alerted' });
        expect(world.logger.lines.map(({ msg }) => msg)).toContain('a script log could not be kept on disk');
      } finally {
        await rm(logs);
        await mkdir(logs);
      }
    });
  });
});
