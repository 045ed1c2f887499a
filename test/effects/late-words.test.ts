import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectSound } from '../faults/expect-sound.ts';
import { promotionsOf as promotionsInFull } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP, type World } from '../harness/world.ts';
import { fault, mendAll, promotionsOf, send, startEffectsWorld } from './effects.ts';

describe('a step that was in trouble and then ends its promotion', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        yaml['retry'].needsOperatorAfter = '800ms';
      },
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it('leaves it ended when the trouble is then told to be over', async () => {
    fault(world, 'dev', { effect: { type: 'status', status: 500 }, path: '/export/', times: 0 });
    const app = send(world, 'Edited in trouble', { test: 'Duplicate' });
    await waitFor('the export to be in trouble', async () => {
      const [latest] = await promotionsInFull(world, app.id);
      return latest?.state === 'needs-operator';
    });

    world.site('dev').actAs.edit(app.id, {}, REP);
    mendAll(world);
    await waitFor('the trouble to be over', async () => {
      const [latest] = await promotionsInFull(world, app.id);
      const records = latest ? await world.ledger.recordsOf(latest.promotionKey) : [];
      return records.some(({ seq }) => seq.startsWith('trouble-over/source/'));
    });

    expect(await promotionsOf(world, app)).toEqual(['withdrawn']);
    await expectSound(world);
  });
});
