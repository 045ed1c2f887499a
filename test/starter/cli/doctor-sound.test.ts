import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '../../../config/load.ts';
import type { SiteEvent } from '../../../sandbox/qrs/event-log.ts';
import { freePort } from '../../../sandbox/s3/server-process.ts';
import { type SandboxS3, startS3 } from '../../../sandbox/s3/start-s3.ts';
import type { DoctorReport } from '../../../starter/cli/doctor/report.ts';
import { followSettings } from '../../../starter/live/follow-settings.ts';
import { type RunningListener, startListener } from '../../../starter/listener/start-listener.ts';
import { queries, type SiteWatchStatus, workflowIds } from '../../../workflows/contract.ts';
import { findMosquitto, type Mosquitto, startMosquitto } from '../../harness/mosquitto.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { REP } from '../../harness/world.ts';
import { type CliWorld, startCliWorld } from './cli-world.ts';
import { storeSettings } from './sick-world.ts';

const BUCKET = 'versions';

let folder: string;
let s3: SandboxS3;
let broker: Mosquitto | undefined;
let cli: CliWorld;
let listener: RunningListener;
const closers = new AsyncDisposableStack();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-sound-'));
  s3 = await startS3({ folder });
  await s3.createBucket(BUCKET);
  broker = findMosquitto() ? await startMosquitto() : undefined;
  const port = await freePort();
  cli = await startCliWorld({
    targets: ['test', 'fresh'],
    before: (site) => {
      const [small] = ['dev', 'test'].map((name) =>
        site(name).actAs.createApp({ name: 'Small', owner: REP, dataSizeBytes: 1000 }),
      );
      const { actAs } = site('dev');
      actAs.publish(small!, 'Sales');
      actAs.createUser({ directory: 'COMPANY', id: 'boss', name: 'Bettina Boss', roles: ['ContentAdmin'] });
      actAs.createUser({ directory: 'COMPANY', id: 'gone', roles: ['RootAdmin'], inactive: true });
    },
    change(yaml, alias) {
      yaml['sources'][alias('dev')].watch = 'callback';
      yaml['listener'] = { port };
      yaml['versioning'] = { mode: 'always', bucket: BUCKET, ...storeSettings(s3) };
      if (broker) yaml['alerts'] = { broker: { url: broker.url } };
    },
  });
  const { config, logger, temporal, alias, ledger, worker } = cli.world;
  followSettings({
    name: 'worker',
    settings: await loadSettings(cli.file, {}),
    parts: [{ kind: 'worker', takeOver: (wanted) => worker.takeOver(wanted) }],
    ledger: Promise.resolve(ledger),
    environment: {},
    logger,
    closers,
  });
  listener = await startListener({ config, logger });
  await waitFor('the site to be asked to call back', async () => {
    const watch = temporal.client.workflow.getHandle(workflowIds.siteWatch(alias('dev')));
    return (await watch.query<SiteWatchStatus>(queries.status)).subscribed;
  });
}, 900_000);

afterAll(async () => {
  await listener?.close();
  await closers.disposeAsync();
  await cli?.world.close();
  await broker?.close();
  await s3?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

type Happened = Pick<SiteEvent, 'hostUtc' | 'action' | 'name' | 'site'>;

/** What happened at all sites, in its order. */
function events(): Happened[] {
  const all = Object.values(cli.world.sites).flatMap((site) =>
    site.events().map(({ hostUtc, action, name, site: alias }) => ({ hostUtc, action, name, site: alias })),
  );
  return all.toSorted((a, b) => (a.hostUtc < b.hostUtc ? -1 : 1));
}

const standing = () => Object.values(cli.world.sites).map((site) => site.standing());

describe('waybill doctor in a sound installation', () => {
  it('finds all well, and says so with exit code 0', async () => {
    const ran = await cli.run('doctor');
    const { ok, counts, findings } = await cli.json<DoctorReport>('doctor');
    const others = findings.filter(({ verdict, check }) => verdict !== 'ok' && check !== 'worker.disk');

    expect(others).toEqual([]);
    expect({ ok, broken: counts.broken, exitCode: ran.exitCode }).toEqual({ ok: true, broken: 0, exitCode: 0 });
    expect(ran.output).toMatch(
      /Writing at dev-\w+, test-\w+, fresh-\w+: an app named ~waybill\/test\/doctor-…, deleted at once\./,
    );
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['source.callbacks', 'site.rights', 's3.versions', ...(broker ? ['mqtt.broker'] : [])]),
    );
  });

  it('names who may set the approval property, as the rules of the site have it', async () => {
    const { findings } = await cli.json<DoctorReport>('doctor', '--only', 'source.approvers');

    expect(findings).toEqual([
      expect.objectContaining({
        verdict: 'ok',
        what: 'The approval property of apps of the stream Sales may be set by Bettina Boss (COMPANY\\boss), rep (COMPANY\\rep).',
      }),
    ]);
  });

  it('says that it was not told who may approve where the account may not audit', async () => {
    const id = cli.world
      .site('dev')
      .faults.add({ effect: { type: 'status', status: 403 }, path: '/systemrule/security/audit/matrix', times: 0 });

    const { findings, ok } = await cli.json<DoctorReport>('doctor', '--only', 'source.approvers');
    cli.world.site('dev').faults.clear(id);

    expect(ok).toBe(true);
    expect(findings).toMatchObject([
      { verdict: 'skipped', remedy: expect.stringMatching(/sites\.dev-\w+\.user the right to audit/) as string },
    ]);
  });

  it('tries a target that has no app with one of its source', async () => {
    const { findings } = await cli.json<DoctorReport>('doctor', '--only', 'site.rights');

    expect(findings.find(({ subject }) => subject.startsWith('site fresh'))?.what).toMatch(
      /^"Small" of dev-\w+ was exported, and uploaded as a scratch app/,
    );
    expect(cli.world.site('fresh').apps()).toEqual([]);
  });

  it('changes nothing at any site but the scratch app, which is gone again', async () => {
    const before = { events: events().length, standing: standing() };

    await cli.run('doctor');

    const since = events().slice(before.events);
    const isOurs = ({ action, name }: Happened): boolean =>
      name.startsWith('~waybill/test/doctor-') || (action === 'export-app' && name === 'Small');
    expect(since.filter((event) => !isOurs(event))).toEqual([]);
    expect(new Set(since.map(({ action }) => action))).toEqual(
      new Set(['export-app', 'upload-app', 'update-app', 'delete-app']),
    );
    expect(standing()).toEqual(before.standing);
  });

  it('leaves nothing in the bucket', async () => {
    const client = s3.client();
    await cli.run('doctor', '--only', 's3');
    const versions = await client.send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
    const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    client.destroy();

    expect([...(versions.Versions ?? []), ...(versions.DeleteMarkers ?? []), ...(uploads.Uploads ?? [])]).toEqual([]);
  });

  it('changes nothing at all with --no-scratch', async () => {
    const before = events();

    const { exitCode, output } = await cli.run('doctor', '--no-scratch');

    expect(events()).toEqual(before);
    expect(exitCode).toBe(0);
    expect(output).toContain('whether its calls arrive was not proven');
  });

  it('removes the scratch app also where the reply to its upload was lost', async () => {
    const test = cli.world.site('test');
    test.faults.add({ effect: { type: 'reply-lost' }, method: 'POST', path: '/app/upload' });

    const { findings } = await cli.json<DoctorReport>('doctor', '--only', 'site.rights');

    expect(findings.filter(({ verdict }) => verdict === 'broken').map(({ subject }) => subject)).toEqual([
      `site ${cli.world.alias('test')}`,
    ]);
    expect(test.apps().map(({ name }) => name)).toEqual(['Small']);
  });

  it('tells of a scratch app that could not be deleted', async () => {
    const test = cli.world.site('test');
    const id = test.faults.add({
      effect: { type: 'status', status: 403 },
      method: 'DELETE',
      path: '/qrs/app/',
      times: 0,
    });

    const { findings } = await cli.json<DoctorReport>('doctor', '--only', 'site.rights');
    test.faults.clear(id);

    expect(findings.find(({ subject }) => subject.startsWith('site test'))).toMatchObject({
      verdict: 'broken',
      what: expect.stringMatching(/does not allow .* to delete the app \(the scratch app\)/) as string,
      remedy: expect.stringMatching(
        / The app ~waybill\S+ may be left there; it is removed after staging\.sweepAfter\.$/,
      ) as string,
    });
    expect(test.apps().map(({ name }) => name)).toContainEqual(expect.stringMatching(/^~waybill\/test\/doctor-/));
  });
});
