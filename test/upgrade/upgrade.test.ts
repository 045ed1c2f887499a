import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { endedPromotion } from '../harness/acts.ts';
import { expectSound } from '../faults/expect-sound.ts';
import { type KillableWorld, startKillableWorld } from '../faults/processes/killable-world.ts';
import { waybillOnce } from '../starter/waybill-process.ts';
import { type CheckedOutRelease, checkOut, findBaseRelease, rollBack } from './base-release.ts';
import { letGo, startWaiting, TARGETS, type WaitingPromotions } from './waiting-promotions.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const base = await findBaseRelease();
const problem = 'problem' in base ? base.problem : undefined;
const title = 'problem' in base ? `an older release (skipped: ${base.problem})` : base.name;

describe.skipIf(problem)(`row 3: with promotions open, between ${title} and this one`, () => {
  let older: CheckedOutRelease;
  let world: KillableWorld;
  let program: string | undefined;

  beforeAll(async () => {
    if ('problem' in base) return;
    older = await checkOut(base.commit);
    program = older.program;
    world = await startKillableWorld({
      targets: TARGETS,
      program: () => program,
      change: (yaml, alias) => {
        yaml['staging'] = { sweepAfter: '0s' };
        yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
      },
    });
  });

  afterAll(async () => {
    await world?.close();
    await older?.remove();
  });

  it('an upgrade carries promotions in every waiting state to their end', async () => {
    const waiting = await startWaiting(world, 'Upgrade');

    await stopBoth();
    program = undefined;
    await startBoth();
    letGo(world, waiting);

    await expectAllPromoted(waiting);
  });

  it('a roll-back loses nothing of what the newer release has begun', async () => {
    const waiting = await startWaiting(world, 'Roll-back');

    await stopBoth();
    program = older.program;
    if (rollBack === 'refuses the ledger') await expectLedgerRefused();
    else await startBoth();
    letGo(world, waiting);
    if (rollBack !== 'goes on') {
      await stopBoth();
      program = undefined;
      await startBoth();
    }

    await expectAllPromoted(waiting);
  });

  async function stopBoth(): Promise<void> {
    await Promise.all([world.processes.listener.stop(), world.processes.worker.stop()]);
  }

  async function startBoth(): Promise<void> {
    await Promise.all([world.processes.listener.start(), world.processes.worker.start()]);
  }

  /** The older release says that it does not know this ledger, and touches nothing. */
  async function expectLedgerRefused(): Promise<void> {
    const { exitCode, stderr } = await waybillOnce(['worker', '--config', world.configFile], {
      program: older.program,
    });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('WAYBILL_LEDGER_NEWER_SCHEMA');
  }

  async function expectAllPromoted(waiting: WaitingPromotions): Promise<void> {
    for (const [state, app] of Object.entries(waiting)) {
      expect({ state, ended: (await endedPromotion(world, app.id)).state }).toEqual({ state, ended: 'promoted' });
    }
    await expectSound(world);
  }
});
