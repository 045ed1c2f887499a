import type { QrsSwitches } from '../../sandbox/qrs/switches.ts';
import type { World } from '../harness/world.ts';

/** Sets switches on all sites of a world. */
export function setSwitches(world: World, switches: Partial<QrsSwitches>): void {
  for (const site of Object.values(world.sites)) Object.assign(site.switches, switches);
}

/** A title for a test under these switches, fit for an app's name. */
export function nameOf(switches: Partial<QrsSwitches>): string {
  return Object.entries(switches)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
