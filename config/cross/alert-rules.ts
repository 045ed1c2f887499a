import { suggestion } from '../nearest-word.ts';
import type { Finding, SettingPath } from '../problem.ts';
import type { Rule } from './rule.ts';

const kinds = ['mail', 'slack', 'teams', 'webhook', 'mqtt'] as const;

/** Each tenant has one way to sign in, and its failures come from a broker or by asking. */
export const tenantsAreReached: Rule = ({ alerts }) =>
  Object.entries(alerts.tenants).flatMap(([alias, { url, apiKey, login, reconcile }]) => {
    const path = ['alerts', 'tenants', alias];
    const found: Finding[] = [];
    if (isOpen(url)) {
      const wrong = 'whoever listens on the way could read the credentials';
      found.push({ path: [...path, 'url'], wrong, right: 'expected an address that begins with https://' });
    }
    if (!apiKey && !login)
      found.push({ path, wrong: 'nothing says how to sign in', right: 'expected apiKey or login' });
    if (apiKey && login) found.push({ path, wrong: 'apiKey and login both stand here', right: 'keep one of them' });
    if (!alerts.broker && reconcile.everyMs === 0)
      found.push({
        path: [...path, 'reconcile', 'every'],
        wrong: 'without alerts.broker, and with 0 here, nobody hears of a failed reload',
        right: 'expected a duration such as 1m, or a broker under alerts',
      });
    return found;
  });

/** Plain http, other than on this host. */
function isOpen(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

export const tenantsDiffer: Rule = ({ alerts }) => {
  const owners = new Map<string, string>();
  return Object.entries(alerts.tenants).flatMap(([alias, { id }]) => {
    const owner = owners.get(id) ?? alias;
    owners.set(id, owner);
    if (owner === alias) return [];
    const wrong = `the tenant "${owner}" has this id already`;
    return [{ path: ['alerts', 'tenants', alias, 'id'], wrong, right: 'give each tenant its own id' }];
  });
};

/** Destinations name tenants that there are, and have what they send with. */
export const alertsCanBeSent: Rule = ({ alerts, mail }) => {
  const known = Object.keys(alerts.tenants);
  const all = kinds.flatMap((kind) =>
    Object.entries<Destination>(alerts.destinations[kind]).map(([name, one]) => ({
      path: path(kind, name),
      kind,
      one,
    })),
  );
  return all.flatMap(({ path: at, kind, one }) => [
    ...(one.tenants ?? []).flatMap((alias, index) => {
      if (known.includes(alias)) return [];
      const wrong = `there is no tenant "${alias}"${suggestion(alias, known)}`;
      return [{ path: [...at, 'tenants', index], wrong, right: `expected one of ${known.join(', ')}` }];
    }),
    ...(one.enabled && kind === 'mail' && !mail.enabled ? [lacks(at, 'mail.enabled: true, and a mail server')] : []),
    ...(one.enabled && kind === 'mqtt' && !alerts.broker ? [lacks(at, 'a broker under alerts.broker')] : []),
    ...(kind === 'mail' && hasNobody(one)
      ? [
          {
            path: [...at, 'recipients'],
            wrong: 'nobody would get the alert',
            right: 'expected recipients, or owner.enabled: true',
          },
        ]
      : []),
  ]);
};

interface Destination {
  readonly enabled: boolean;
  readonly tenants?: readonly string[];
  readonly recipients?: readonly string[];
  readonly owner?: { readonly enabled: boolean };
}

function hasNobody({ recipients = [], owner }: Destination): boolean {
  return recipients.length === 0 && !owner?.enabled;
}

function path(kind: string, name: string): SettingPath {
  return ['alerts', 'destinations', kind, name];
}

function lacks(at: SettingPath, what: string): Finding {
  return { path: at, wrong: 'alerts cannot be sent here', right: `expected ${what}` };
}
