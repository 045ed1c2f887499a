import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectMails, mailsOf, promoted, send, standingApp, startEffectsWorld } from '../effects/effects.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import { expectSound } from './expect-sound.ts';

const REFUSED = 'rep@company.example';

describe('row 15: a mail server', () => {
  let world: World;
  const expected = { undeliverable: [REFUSED] };

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        yaml['mail'].timeouts = { socket: '500ms' };
      },
    });
  });

  afterEach(() => world.inbox.faults.clear());

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    { what: 'that greylists (450)', strike: (own: World) => own.inbox.faults.greylist(3), counter: 'greylisted' },
    {
      what: 'that is short of room (452)',
      strike: (own: World) => own.inbox.faults.rejectData(452, 3),
      counter: 'rejected',
    },
    { what: 'that hangs after DATA', strike: (own: World) => own.inbox.faults.hangAfterData(2), counter: 'hung' },
    { what: 'whose answers are lost', strike: (own: World) => own.inbox.faults.loseReply(2), counter: 'lost' },
  ] as const)('$what gets each mail in the end, under one Message-ID', async ({ what, strike, counter }) => {
    const before = world.inbox.faults.struck[counter];
    strike(world);
    standingApp(world, 'test', what);

    const app = send(world, what, { test: 'Overwrite' });
    const { promotionKey } = await promoted(world, app);
    await expectMails(world, promotionKey, ['approved', 'results']);

    expect(world.inbox.faults.struck[counter]).toBeGreaterThanOrEqual(before + 2);
    await expectSound(world);
  });

  it('that refuses the owner (550) holds no promotion up, and the ledger shows it', async () => {
    world.inbox.faults.refuse(REFUSED);

    const app = send(world, 'Refused', { test: 'Duplicate' });
    const { promotionKey } = await promoted(world, app);
    await waitFor('the ledger to show it', async () => {
      const mails = await world.ledger.listMails({ promotionKey });
      return mails.length === 2 && mails.every(({ state }) => state === 'failed');
    });

    expect(mailsOf(world, promotionKey)).toEqual([]);
    await expectSound(world, { expected });
  });
});
