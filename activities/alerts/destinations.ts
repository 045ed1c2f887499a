import { waybillError } from '../../common/errors/catalogue.ts';
import type { AlertDestinations, Config } from '../../config/types.ts';

export type DestinationKind = keyof AlertDestinations;

type One<K extends DestinationKind> = AlertDestinations[K][string];

/** A destination as configured; `id` is kind and name, as in `slack/bi-team`. */
export type Destination = {
  [K in DestinationKind]: { readonly kind: K; readonly name: string; readonly id: string; readonly settings: One<K> };
}[DestinationKind];

const kinds: readonly DestinationKind[] = ['mail', 'slack', 'teams', 'webhook', 'mqtt'];

/** All destinations, those that are switched off included. */
export function destinationsOf({ alerts }: Pick<Config, 'alerts'>): Destination[] {
  return kinds.flatMap((kind) =>
    Object.entries(alerts.destinations[kind]).map(
      ([name, settings]) => ({ kind, name, id: `${kind}/${name}`, settings }) as Destination,
    ),
  );
}

/** The destination of an id; undefined where there is none, or it is switched off. */
export function findDestination(config: Pick<Config, 'alerts'>, id: string): Destination | undefined {
  const found = destinationsOf(config).find((one) => one.id === id);
  return found?.settings.enabled ? found : undefined;
}

/** The destination of an id that is switched on. @throws WAYBILL_ALERT_NO_DESTINATION */
export function destinationOf(config: Pick<Config, 'alerts'>, id: string): Destination {
  const found = findDestination(config, id);
  if (!found) throw waybillError('WAYBILL_ALERT_NO_DESTINATION', { destination: id });
  return found;
}

/** The path of a destination in the settings, or of one setting of it, for errors. */
export function settingOf({ kind, name }: Pick<Destination, 'kind' | 'name'>, setting?: string): string {
  const path = `alerts.destinations.${kind}.${name}`;
  return setting === undefined ? path : `${path}.${setting}`;
}
