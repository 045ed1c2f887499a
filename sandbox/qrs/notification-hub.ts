import { type CallbackSender, createCallbackSender, type DeliveryFaults } from './callback-sender.ts';
import { compileFilter } from './filter-match.ts';
import { kinds } from './kinds.ts';
import type { EntityRecord, KindName } from './records.ts';
import { QrsRefusal } from './refusal.ts';
import { isoDate } from './shapes.ts';
import type { Change, SiteState } from './site-state.ts';

/** What a client subscribes to ("QRS facts, section 1"). */
export interface Subscription {
  handle: string;
  kind: KindName;
  /** The zero GUID means all. */
  id: string;
  /** 0 Undefined (all), 1 Add, 2 Update, 3 Delete. */
  changeType: number;
  /** One property, `!property`, or empty. */
  propertyName: string;
  filter: string | undefined;
  url: string;
}

/** The site's subscriptions and what goes out to them. */
export interface NotificationHub {
  /** The handle of the new subscription, or of an identical one (switch `identicalSubscriptions`). */
  subscribe(wanted: Omit<Subscription, 'handle'>): string;
  /** False when the handle is not known. */
  unsubscribe(handle: string): boolean;
  subscriptions(): Subscription[];
  /** Forgets all subscriptions and what is still to be sent, as a restart does. */
  drop(): void;
  publish(change: Change): void;
  faults: DeliveryFaults;
  sender: CallbackSender;
}

interface Kept extends Subscription {
  matches: (record: EntityRecord) => boolean;
}

const all = '00000000-0000-0000-0000-000000000000';

/** A hub without subscriptions. `rootPem` lets it call https listeners that serve the site's own certificate. */
export function createNotificationHub(site: SiteState, rootPem: string): NotificationHub {
  const kept = new Map<string, Kept>();
  const sender = createCallbackSender(site, rootPem);
  return {
    faults: sender.faults,
    sender,
    subscriptions: () => [...kept.values()].map((subscription) => withoutTest(subscription)),
    subscribe(wanted) {
      const same = [...kept.values()].find((old) => isSame(old, wanted));
      if (same !== undefined && site.switches.identicalSubscriptions === 'collapse') return same.handle;
      if (same !== undefined && site.switches.identicalSubscriptions === 'refused') {
        throw new QrsRefusal(409, 'There is such a subscription already.');
      }
      const handle = site.random.guid();
      const matches =
        wanted.filter === undefined ? () => true : compileFilter(site, wanted.kind, wanted.filter).matches;
      kept.set(handle, { ...wanted, handle, matches });
      return handle;
    },
    unsubscribe: (handle) => kept.delete(handle.toLowerCase()),
    drop() {
      kept.clear();
      sender.drop();
    },
    publish(change) {
      const isForeign = site.switches.changesComeFrom === 'other-node';
      if (isForeign && !site.switches.otherNodesFire) return;
      let payload: Record<string, unknown> | undefined;
      for (const subscription of kept.values()) {
        if (!wants(site, subscription, change)) continue;
        payload ??= changeInfo(site, change, isForeign);
        sender.send(subscription.url, payload);
      }
    },
  };
}

function withoutTest(kept: Kept): Subscription {
  const { matches: _matches, ...subscription } = kept;
  return subscription;
}

function isSame(left: Omit<Subscription, 'handle'>, right: Omit<Subscription, 'handle'>): boolean {
  const keys = ['kind', 'id', 'changeType', 'propertyName', 'filter', 'url'] as const;
  return keys.every((key) => left[key] === right[key]);
}

function wants(site: SiteState, subscription: Kept, change: Change): boolean {
  if (subscription.kind !== change.kind) return false;
  if (subscription.changeType !== 0 && subscription.changeType !== change.changeType) return false;
  if (subscription.id !== all && subscription.id !== change.id) return false;
  if (change.changeType === 2 && !namesProperty(subscription, change)) return false;
  const ignoresFilter = change.changeType === 3 && site.switches.deletionsIgnoreFilter;
  return ignoresFilter || subscription.matches(change.record);
}

function namesProperty(subscription: Subscription, change: Change): boolean {
  const wanted = subscription.propertyName.toLowerCase();
  if (wanted === '') return true;
  const changed = change.changedProperties.map((name) => name.toLowerCase());
  return wanted.startsWith('!') ? changed.some((name) => name !== wanted.slice(1)) : changed.includes(wanted);
}

function changeInfo(site: SiteState, change: Change, isForeign: boolean): Record<string, unknown> {
  return {
    changeType: change.changeType,
    objectType: kinds[change.kind].objectType,
    objectID: change.id,
    changedProperties: change.changedProperties,
    engineID: '',
    engineType: '',
    originatorNodeID: isForeign ? all.replace('0000', '1111') : site.nodeId,
    originatorHostName: isForeign ? `rim.${site.hostName}` : site.hostName,
    originatorContextID: change.contextId,
    createdDate: isoDate(change.record.createdMs),
    modifiedDate: isoDate(change.record.modifiedMs),
    schemaPath: 'ExternalChangeInfo',
  };
}
