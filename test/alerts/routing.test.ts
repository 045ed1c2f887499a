import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { endOf, failReload, newApp, sendsOf } from './alert-acts.ts';
import { type AlertWorld, startAlertWorld } from './alert-world.ts';

const APP = '5c3a9f1e-0000-4000-8000-000000000001';
const OLGA = 'olga@company.example';
const OTTO = 'otto@company.example';
const kinds = ['mail', 'mqtt', 'slack', 'teams', 'webhook'] as const;

/** What each destination wants; there is one of every kind for each of them. */
const wishes = (tenant: string): Record<string, object> => ({
  everything: {},
  tagged: { onlyTagged: 'finance' },
  apps: { apps: [APP] },
  'except-apps': { exceptApps: [APP] },
  owners: { owners: [OLGA] },
  'except-owners': { exceptOwners: [OLGA] },
  'this-tenant': { tenants: [tenant] },
  'other-tenant': { tenants: ['other'] },
  off: { enabled: false },
});

/** Mails to owners, each to those of apps that bear its tag. */
const ownerMails = {
  any: { recipients: ['Olga@Company.example'], owner: { enabled: true, fallback: ['fallback@company.example'] } },
  only: { owner: { enabled: true, only: [OTTO] } },
  except: { owner: { enabled: true, except: [OLGA], fallback: ['deputy@company.example'] } },
};

describe.skipIf(!findMosquitto())('an alert', () => {
  let world: AlertWorld;
  let listener: MqttClient;
  let otto: string;
  const topics: string[] = [];

  beforeAll(async () => {
    world = await startAlertWorld({
      change: (yaml, { chat, tenant }) => {
        const { alerts } = yaml;
        alerts.tenants['other'] = { ...alerts.tenants[tenant], id: 'another-tenant' };
        const soon = { rateLimit: 0, retry: { first: '100ms', max: '500ms' } };
        const settings = {
          mail: (name: string) => ({ recipients: [`${name}@mail.example`] }),
          mqtt: (name: string) => ({ topic: `routed/${name}` }),
          slack: (name: string) => ({ webhook: chat.createSlackHook(`slack/${name}`).url }),
          teams: (name: string) => ({ webhook: chat.createTeamsFlow(`teams/${name}`).url }),
          webhook: (name: string) => ({ address: chat.createReceiver(`webhook-${name}`).url }),
        };
        for (const kind of kinds) {
          const named = Object.entries(wishes(tenant)).map(([name, wish]) => {
            return [name, { ...soon, onlyTagged: 'routed', ...settings[kind](name), ...wish }] as const;
          });
          alerts.destinations[kind] = Object.fromEntries(named);
        }
        for (const [name, one] of Object.entries(ownerMails))
          alerts.destinations.mail[`owner-${name}`] = { ...soon, onlyTagged: 'owner mail', ...one };
      },
    });
    otto = world.cloud.actAs.createUser({ name: 'Otto Owner', email: OTTO });
    listener = await mqtt.connectAsync(world.broker.url);
    listener.on('message', (topic) => topics.push(topic));
    await listener.subscribeAsync('routed/#', { qos: 1 });
  });

  afterAll(async () => {
    await listener?.endAsync(true);
    await world?.close();
  });

  /** Where something was really seen, since the last time, as kind and name. */
  function seen(): string[] {
    const { chat, inbox } = world;
    const all = [
      ...chat.messages().map(({ channel }) => channel.replace('webhook-', 'webhook/')),
      ...inbox
        .messages()
        .flatMap(({ envelopeTo }) => envelopeTo.map((to) => `mail/${to.replace('@mail.example', '')}`)),
      ...topics.map((topic) => topic.replace('routed/', 'mqtt/').replace(`/${world.cloud.tenantId}`, '')),
    ];
    chat.clear();
    inbox.clear();
    topics.length = 0;
    return all.toSorted();
  }

  const ofEveryKind = (names: readonly string[]): string[] =>
    kinds.flatMap((kind) => names.map((name) => `${kind}/${name}`)).toSorted();

  /** Where the failure of an app was told. */
  async function toldOf(app: string): Promise<string[]> {
    const sends = await sendsOf(world, failReload(world, app));
    expect(sends.map(({ state }) => state)).toEqual(sends.map(() => 'sent'));
    const published = sends.filter(({ destination }) => destination.startsWith('mqtt/')).length;
    await waitFor('the topics', () => topics.length >= published);
    return seen();
  }

  it('goes to destinations of every kind by tag, app, owner and tenant', async () => {
    const app = newApp(world, { id: APP, tags: ['Routed', 'Finance'] });

    expect(await toldOf(app)).toEqual(ofEveryKind(['everything', 'tagged', 'apps', 'owners', 'this-tenant']));
  });

  it('passes by those that want other apps, owners and tags', async () => {
    const app = newApp(world, { owner: otto, tags: ['routed'] });

    expect(await toldOf(app)).toEqual(ofEveryKind(['everything', 'except-apps', 'except-owners', 'this-tenant']));
  });

  it('is rather sent than lost where nobody knows tags and owner', async () => {
    const gone = newApp(world, { owner: 'nobody-knows', tags: ['routed'] });
    world.cloud.faults.add({ path: '/items', effect: { type: 'empty-list' }, times: 0 });
    try {
      expect(await toldOf(gone)).toEqual(expect.arrayContaining(ofEveryKind(['tagged', 'owners', 'except-owners'])));
    } finally {
      world.cloud.faults.clear();
    }
  });

  it.each([
    ['Olga', () => world.owner, [`mail/${OLGA}`]],
    ['Otto, who is wanted everywhere', () => otto, [`mail/${OLGA}`, ...Array<string>(3).fill(`mail/${OTTO}`)]],
    [
      'somebody without an address',
      () => world.cloud.actAs.createUser({ name: 'No Address', email: '' }),
      ['mail/deputy@company.example', 'mail/fallback@company.example', `mail/${OLGA}`],
    ],
    [
      'somebody who has left',
      () => 'one-who-has-left',
      ['mail/deputy@company.example', 'mail/fallback@company.example', `mail/${OLGA}`],
    ],
  ])('goes to the mail of an owner as far as that is wanted: %s', async (_, owner, told) => {
    const app = newApp(world, { owner: owner(), tags: ['owner mail'] });

    expect(await toldOf(app)).toEqual(told.toSorted());
  });

  it('is noted as ended where nobody wants it', async () => {
    const reloadId = failReload(world, newApp(world));

    expect(await endOf(world, reloadId)).toMatchObject({ state: 'alerted' });
    expect(await world.ledger.listAlerts({ tenant: world.tenant, reloadId })).toEqual([]);
    expect(world.logger.lines.map(({ msg }) => msg)).toContain('a failed reload that nobody wants to hear of');
  });
});
