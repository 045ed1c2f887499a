import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultSwitches, type QrsSwitches } from '../../sandbox/qrs/switches.ts';
import { loseReplies, mendAll, promoted, send, standingApp, startEffectsWorld } from '../effects/effects.ts';
import type { World } from '../harness/world.ts';
import { expectSound } from './expect-sound.ts';
import { nameOf, setSwitches } from './unknowns.ts';

/** Answers that only show once something had gone wrong before. */
const afterLostReplies: readonly Partial<QrsSwitches>[] = [
  { secondPublishCode: 403 },
  { secondPublishCode: 409 },
  { secondPublishCode: 500 },
  { usedTokenCode: 500 },
  { unknownExportCode: 200 },
  { rowIdsOnResend: 'renewed' },
  { importKeepsObjectIds: false, replaceName: 'source' },
];

describe('whatever the real server does after a lost reply', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test', 'prod'] });
  });

  afterEach(() => {
    mendAll(world);
    setSwitches(world, defaultSwitches);
  });

  afterAll(async () => {
    await world?.close();
  });

  it.each(afterLostReplies.map((switches) => ({ name: `${nameOf(switches)}, replies lost`, switches })))(
    'an app is promoted though every reply is lost once: $name',
    async ({ name, switches }) => {
      setSwitches(world, switches);
      standingApp(world, 'test', name);
      const lost = ['POST', 'PUT', 'DELETE'].flatMap((method) =>
        ['dev', 'test', 'prod'].map((site) => loseReplies(world, site, method, '/qrs/app', 1)),
      );

      const app = send(world, name, { test: 'Overwrite', prod: 'Duplicate' });
      await promoted(world, app);

      expect(lost.filter(({ struck }) => struck > 0).length).toBeGreaterThanOrEqual(6);
      mendAll(world);
      await expectSound(world);
    },
  );

  it.each([{ ms: 600_000 }, { ms: -600_000 }])(
    'an app is promoted though the clocks of targets are ten minutes off: $ms',
    async ({ ms }) => {
      const name = `Clocks ${ms}`;
      standingApp(world, 'test', name);
      world.site('test').setClockSkew(ms);
      world.site('prod').setClockSkew(-ms);

      const app = send(world, name, { test: 'Overwrite', prod: 'Duplicate' });
      await promoted(world, app);
      await expectSound(world);
    },
  );
});

describe('row 16: a source whose clock is ten minutes behind', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ before: (site) => site('dev').setClockSkew(-600_000) });
  });

  afterAll(async () => {
    await world?.close();
  });

  it('has its apps promoted', async () => {
    standingApp(world, 'test', 'Behind');

    const app = send(world, 'Behind', { test: 'Overwrite', prod: 'Duplicate' });
    await promoted(world, app);

    await expectSound(world);
  });
});
