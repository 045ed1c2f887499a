import { noDeliveryFaults } from '../../sandbox/qrs/callback-sender.ts';
import { mendAll } from '../effects/effects.ts';
import type { Cast } from './cast.ts';
import type { StoryWorld } from './open-world.ts';
import type { FaultDeed } from './story.ts';

/** Lets something outside of Waybill go wrong from now on. */
export async function failNow(deed: FaultDeed, cast: Cast): Promise<string | undefined> {
  const { world, store } = cast.on;
  switch (deed.deed) {
    case 'fault':
      world.site(deed.site).faults.add(deed.rule);
      break;
    case 'restart-repository':
      await world.site(deed.site).restartRepository(deed.downMs);
      break;
    case 'callbacks':
      Object.assign(world.site('dev').deliveryFaults, deed.faults);
      break;
    case 'mail':
      troubleMails(deed.trouble, deed.times, cast);
      break;
    case 'store':
      if (store === undefined) return 'there is no store';
      store.faulty.faults.add(deed.rule);
      break;
    case 'mend':
      mendWorld(cast.on);
      break;
  }
  return undefined;
}

function troubleMails(trouble: Extract<FaultDeed, { deed: 'mail' }>['trouble'], times: number, cast: Cast): void {
  const { faults } = cast.on.world.inbox;
  if (trouble === 'greylist') faults.greylist(times);
  if (trouble === 'reject') faults.rejectData(452, times);
  if (trouble === 'hang') faults.hangAfterData(times);
  if (trouble === 'lose-reply') faults.loseReply(times);
  if (trouble !== 'refuse') return;
  faults.refuse('other@company.example');
  cast.undeliverable.push('other@company.example');
}

/** Ends all that went wrong outside of Waybill. */
export function mendWorld({ world, store }: StoryWorld): void {
  mendAll(world);
  for (const site of Object.values(world.sites)) Object.assign(site.deliveryFaults, noDeliveryFaults());
  world.inbox.faults.clear();
  store?.faulty.faults.clear();
}
