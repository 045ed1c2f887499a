import type { FailedReload } from './failed-reload.ts';

/** What a destination says of the alerts that it wants; the settings under alerts.destinations fit. */
export interface WantedAlerts {
  readonly enabled: boolean;
  /** Tenants by alias; undefined: all. */
  readonly tenants?: readonly string[];
  readonly onlyTagged?: string;
  readonly apps?: readonly string[];
  readonly exceptApps: readonly string[];
  readonly owners?: readonly string[];
  readonly exceptOwners: readonly string[];
}

/** Who gets a mail; the settings of a mail destination fit. */
export interface WantedMails {
  readonly recipients: readonly string[];
  readonly owner: {
    readonly enabled: boolean;
    readonly only?: readonly string[];
    readonly except: readonly string[];
    readonly fallback: readonly string[];
  };
}

/** What is known of a failed reload where it is routed. */
export type RoutedReload = Pick<FailedReload, 'appId' | 'app' | 'event' | 'item' | 'owner' | 'missing'>;

/** Whether a destination is switched on and takes alerts of a tenant at all. */
export function isFor(tenant: string, { enabled, tenants }: Pick<WantedAlerts, 'enabled' | 'tenants'>): boolean {
  return enabled && (tenants?.includes(tenant) ?? true);
}

/**
 * Whether a destination wants the alert. Tags and owner may not be known when Qlik Cloud does not answer: then an alert
 * is rather sent than lost.
 */
export function wants(tenant: string, reload: RoutedReload, wanted: WantedAlerts): boolean {
  if (!isFor(tenant, wanted)) return false;
  if (wanted.apps && !names(wanted.apps, [reload.appId])) return false;
  if (names(wanted.exceptApps, [reload.appId])) return false;
  return hasTag(reload, wanted.onlyTagged) && hasOwner(reload, wanted);
}

function hasTag({ item }: RoutedReload, tag: string | undefined): boolean {
  return tag === undefined || item === undefined || names(item.tags, [tag]);
}

function hasOwner(reload: RoutedReload, { owners, exceptOwners }: WantedAlerts): boolean {
  const known = ownerNames(reload);
  if (known.length === 0) return true;
  if (names(exceptOwners, known)) return false;
  // An address cannot be compared with an owner of whom only the id is known.
  const isKnownByAddress = reload.owner?.email !== undefined;
  return (
    owners === undefined || names(owners, known) || (!isKnownByAddress && owners.every((one) => one.includes('@')))
  );
}

/** Id and address of the owner, as far as they are known. */
function ownerNames({ owner, app, event }: RoutedReload): string[] {
  const id = owner?.id ?? app?.ownerId ?? event?.ownerId;
  return [id, owner?.email].flatMap((name) => name ?? []);
}

/** The addresses that a mail destination sends the alert to, each once. Empty: nobody. */
export function mailRecipients({ owner }: Pick<RoutedReload, 'owner'>, wanted: WantedMails): string[] {
  const all = [...wanted.recipients, ...ownerAddresses(owner?.email, wanted.owner)];
  const byFolded = new Map(all.map((address) => [fold(address), address]));
  return [...byFolded.values()];
}

function ownerAddresses(
  email: string | undefined,
  { enabled, only, except, fallback }: WantedMails['owner'],
): string[] {
  if (!enabled) return [];
  if (email === undefined || email === '') return [...fallback];
  const isWanted = (only === undefined || names(only, [email])) && !names(except, [email]);
  return isWanted ? [email] : [];
}

function names(list: readonly string[], wanted: readonly string[]): boolean {
  return list.some((one) => wanted.some((other) => fold(one) === fold(other)));
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}
