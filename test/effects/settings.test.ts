import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultSwitches, type QrsSwitches } from '../../sandbox/qrs/switches.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  everythingBut,
  expectMails,
  expectStanding,
  expectSwept,
  expectUnpublished,
  fault,
  mendAll,
  promoted,
  send,
  standingApp,
  startEffectsWorld,
} from './effects.ts';

interface Setting {
  readonly site: string;
  readonly switches: Partial<QrsSwitches>;
}

/** What no public source settles about a repository; the first is what the old program's habits imply. */
const SETTINGS: readonly Setting[] = [
  { site: 'is as commonly seen', switches: {} },
  {
    site: 'renews row ids, and has replace take name and description',
    switches: { rowIdsOnResend: 'renewed', replaceName: 'source', replaceDescription: 'source' },
  },
  {
    site: 'matches rows by value, has replace take neither, and answers with other codes',
    switches: {
      rowsWithoutId: 'matched-by-value',
      omittedFields: 'kept',
      replaceDescription: 'kept',
      secondPublishCode: 409,
      unknownExportCode: 400,
      errorBodies: 'json-string',
    },
  },
  {
    site: 'renews object ids on import, and lags behind its own writes',
    switches: { importKeepsObjectIds: false, visibilityLagMs: 120, replaceRenewsPublishTime: false },
  },
  {
    site: 'approves unpublished objects, copies more, and keeps dates',
    switches: {
      unpublishedObjectsApproved: true,
      unpublishedExport: 'approved-only',
      copyKeepsCommunity: true,
      copyKeepsTags: true,
      secondPublishCode: 500,
      idlePutRenewsModifiedDate: false,
      replaceTakesReloadTime: false,
    },
  },
];

describe('while the reply of every third write is lost', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        yaml['retry'].lookAfter = '250ms';
      },
    });
    world.site('test').actAs.createStream('Third');
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each(SETTINGS)('replaces one app and adds two on a site that $site', async ({ site: name, switches }) => {
    for (const site of Object.values(world.sites)) Object.assign(site.switches, defaultSwitches, switches);
    const before = everythingBut(world, { name });
    const standing = standingApp(world, 'test', name);
    const calls = ['dev POST', 'dev PUT', 'dev DELETE', 'test POST', 'test PUT'].map((call) => call.split(' '));
    const faults = calls.map(([site, method]) =>
      fault(world, site!, { effect: { type: 'reply-lost' }, method, every: 3, times: 0 }),
    );

    const app = send(world, name, { test: 'Overwrite' }, { streams: ['Finance', 'Sales', 'Third'] });
    const { promotionKey } = await promoted(world, app);

    expect(faults.map(({ struck }) => struck > 0)).not.toContain(false);
    expectStanding(world, 'test', app, [
      { stream: 'Finance', owner: REP },
      { stream: 'Sales', owner: MANAGER, id: standing },
      { stream: 'Third', owner: REP },
    ]);
    expectUnpublished(world, app);
    mendAll(world);
    await expectMails(world, promotionKey, ['approved', 'results']);
    await expectSwept(world);
    expect(everythingBut(world, app)).toEqual(before);
  });
});
