import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredDecision } from '../../activities/qrs/source/stored-decision.ts';
import { configFromYaml } from '../../config/load.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import { keepDashboardLogs } from '../../worker/dashboard-logs/keep-dashboard-logs.ts';
import { approve } from '../harness/acts.ts';
import { memoryLogger } from '../harness/memory-logger.ts';
import { mailsAbout, nthPromotion, publishedApp, setStreamProperty } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, startWorld, type World } from '../harness/world.ts';
import { loadDashboard, type LoadedEvent } from './load-dashboard.ts';

describe('the logs for the dashboard', () => {
  let world: World;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-dashboard-'));
    const logging = { dashboardFolder: folder, dashboardEvery: '100ms' };
    world = await startWorld({ targets: ['test', 'prod'], change: (yaml) => Object.assign(yaml, { logging }) });
    await setStreamProperty(world, 'dev', 'Sales', 'EmailAlertOnPublishTo', ['True']);
  });
  afterAll(async () => {
    await world?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const found = (what: string, fits: (event: LoadedEvent) => boolean) =>
    waitFor(what, async () => (await loadDashboard(folder)).find(fits));

  it('tell a promotion: where from and to, which streams, who approved, whose app it is', async () => {
    const app = publishedApp(world, "Ann's Sales");
    await waitFor('the publish alert', async () => mailsAbout(world, "Ann's Sales").length > 0);
    approve(world, app, { test: 'Overwrite', prod: 'Duplicate' }, ['Sales', 'Finance']);
    const { promotionKey } = await nthPromotion(world, app, 1);

    const event = await found('the promotion', ({ targets }) => Object.keys(targets).length === 2);

    expect(event).toMatchObject({
      logId: promotionKey,
      logType: 'AppUpdate',
      host: 'qlik-dev.company.example',
      appId: app,
      appName: 'Ann´s Sales',
      node: world.alias('dev'),
      approver: MANAGER,
      owner: REP,
      isPublished: true,
      properties: '5',
      isApproved: true,
    });
    const from = world.alias('dev');
    expect(event.targets).toEqual({
      [world.alias('test')]: { streams: ['Finance', 'Sales'], from, to: world.alias('test') },
      [world.alias('prod')]: { streams: ['Sales'], from, to: world.alias('prod') },
    });
    const missing = event.lines.filter(({ level }) => level === 'WARNING');
    expect(missing.map(({ message }) => message)).toEqual(["No such stream: 'Finance'"]);
  });

  it('tell whom the publish alert and the word to the owner went to', async () => {
    const app = publishedApp(world, 'Told');
    await waitFor('the publish alert', async () => mailsAbout(world, 'Told').length > 0);
    world.site('dev').actAs.setProperties(app, MANAGER, { PromotionApproval: ['Deny'] });
    await nthPromotion(world, app, 1);

    expect(
      await found('the publish alert', (one) => one.logType === 'AppPublishToReviewStream' && one.appName === 'Told'),
    ).toMatchObject({ owner: REP, stream: 'Sales', recipients: ['manager@company.example'], isSent: true });
    expect(
      await found('the denial', (one) => one.logType === 'ApprovalStatusEmailer' && one.appName === 'Told'),
    ).toMatchObject({ user: REP, address: 'rep@company.example', isSent: true });
    expect(await found('the decision', (one) => one.logType === 'AppUpdate' && one.appName === 'Told')).toMatchObject({
      isApproved: false,
      targets: {},
    });
  });
});

describe('the files of the logs for the dashboard', () => {
  const today = '2026-11-30';
  let folder: string;
  let ledger: Ledger;
  let nowUtc: string;
  let stopping: AbortController;
  let keeping: Promise<void> | undefined;
  const logger = memoryLogger();

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-dashboard-'));
    nowUtc = `${today}T12:00:00.000Z`;
    ledger = await openLedger({
      kind: 'sqlite',
      file: path.join(folder, 'ledger.sqlite'),
      now: () => new Date(nowUtc),
    });
    stopping = new AbortController();
  });
  afterEach(async () => {
    stopping.abort();
    await keeping;
    await ledger.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Keeps the logs, until stopped; the folder they lie in. */
  function keep(more: object = {}): string {
    const logs = path.join(folder, 'logs');
    const logging = { dashboardFolder: logs, dashboardEvery: '20ms', ...more };
    const at = (host: string) => ({ hosts: [host], certificates: 'certificates' });
    const sites = { dev: at('dev.company.example'), test: at('test.company.example') };
    const rest = { sources: { dev: {} }, targets: { test: {} }, timeZone: 'Europe/Berlin' };
    const config = configFromYaml(JSON.stringify({ sites, ...rest, logging }), folder, {});
    stopping = new AbortController();
    keeping = keepDashboardLogs({ config, ledger, logger, nowUtc: () => nowUtc }, stopping.signal);
    return logs;
  }

  async function promotionOf(appName: string, startedAtUtc: string): Promise<void> {
    const site = 'dev';
    const owner = REP;
    const decision = {
      site,
      appId: appName,
      app: { name: appName, owner, streamName: 'Sales' },
      by: { account: MANAGER, door: 'qmc', asserted: false },
      source: { properties: [] },
    } as unknown as StoredDecision;
    const row = { site, appId: appName, appName, owner, verdict: 'approve', decision, startedAtUtc } as const;
    await ledger.openPromotion({ promotionKey: appName, ...row });
    await ledger.record({ promotionKey: appName, seq: 'decision', type: 'approve', atUtc: startedAtUtc, site });
  }

  const whole = (file: string) => waitFor(file, () => readFile(file).catch(() => undefined));

  it('are one a day of the configured zone, older days too, and each log has one at least', async () => {
    await promotionOf('Long ago', '2026-11-20T23:30:00.000Z');
    await promotionOf('New', '2026-11-30T08:00:00.123Z');

    const logs = keep();
    await whole(path.join(logs, 'app_update.log.2026-11-21'));

    expect((await readdir(logs)).toSorted()).toEqual([
      'app_publish_review.log',
      'app_update.log.2026-11-21',
      'app_update.log.2026-11-30',
      'approval_status_emailer.log',
      'notification_creator.log',
    ]);
    const [first] = (await readFile(path.join(logs, 'app_update.log.2026-11-30'), 'latin1')).split('\r\n');
    expect(first?.split('\t')).toEqual([
      '2026-11-30 09:00:00,123',
      'waybill',
      'INFO',
      '0',
      'MainThread',
      'app_update',
      'New',
      "Originator Node HostName: 'dev.company.example'",
    ]);
  });

  it('hold each line once after a restart, and leave older days as they stand', async () => {
    await promotionOf('Before', '2026-11-20T12:00:00.000Z');
    await promotionOf('One', '2026-11-30T08:00:00.000Z');
    const logs = keep();
    const old = path.join(logs, 'app_update.log.2026-11-20');
    await whole(old);
    stopping.abort();
    await keeping;
    await writeFile(old, 'kept elsewhere');
    await promotionOf('Two', '2026-11-30T09:00:00.000Z');

    keep();
    const file = path.join(logs, 'app_update.log.2026-11-30');
    await waitFor('the second promotion', async () => (await readFile(file, 'latin1')).includes('Two'));

    const names = (await readFile(file, 'latin1')).match(/App Name: '.*'/g);
    expect(names).toEqual(["App Name: 'One'", "App Name: 'Two'"]);
    expect(await readFile(old, 'utf8')).toBe('kept elsewhere');
  });

  it('have what came after the last writing of a worker that was killed days ago', async () => {
    nowUtc = '2026-11-26T12:00:00.000Z';
    await promotionOf('Written', '2026-11-26T08:00:00.000Z');
    const file = path.join(keep(), 'app_update.log.2026-11-26');
    await whole(file);
    stopping.abort();
    await keeping;
    await promotionOf('After that', '2026-11-26T12:00:30.000Z');
    nowUtc = `${today}T12:00:00.000Z`;

    keep();

    await waitFor('the rest of the day', async () => (await readFile(file, 'latin1')).includes('After that'));
  });

  it('are in the code page that the dashboard reads, or in UTF-8', async () => {
    await promotionOf('Größe 売上\t\n1', '2026-11-30T08:00:00.000Z');

    const latin = path.join(keep(), 'app_update.log.2026-11-30');
    expect((await whole(latin)).toString('latin1')).toContain("App Name: 'Größe ?? 1'\r\n");
    stopping.abort();
    await keeping;
    await rm(latin);

    const unicode = path.join(keep({ dashboardEncoding: 'utf8' }), 'app_update.log.2026-11-30');
    expect((await whole(unicode)).toString('utf8')).toContain("App Name: 'Größe 売上 1'\r\n");
  });

  it('are written once their folder can be written to', async () => {
    await promotionOf('Waits', '2026-11-30T08:00:00.000Z');
    const place = path.join(folder, 'logs');
    await writeFile(place, 'no folder');

    keep();
    await waitFor('a warning', async () => logger.lines.some(({ msg }) => /dashboard were not/.test(String(msg))));
    await rm(place);

    await whole(path.join(place, 'app_update.log.2026-11-30'));
  });

  it('are none where no folder is set', async () => {
    await mkdir(path.join(folder, 'logs'));
    keep({ dashboardFolder: undefined });

    await keeping;

    expect(await readdir(path.join(folder, 'logs'))).toEqual([]);
  });
});
