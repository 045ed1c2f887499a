import type {
  AlertTenant,
  DigestAlert,
  MessageOptions,
  RecoveredAlert,
} from '../../../../activities/alerts/messages/alert.ts';
import type { FailedReload } from '../../../../rules/alerts/failed-reload.ts';

export const appId = '00000000-0000-4000-8000-000000000027';

export const tenant: AlertTenant = {
  id: 'tid',
  url: 'https://acme.eu.qlikcloud.com/',
  comment: 'cmt',
  qmcUrl: 'https://q',
  hubUrl: 'https://h',
  links: [],
};

/** The failure that the recorded template context of the old program is about. */
export const failure: FailedReload = {
  tenantId: 'tid',
  reloadId: 'r28',
  appId,
  status: 'FAILED',
  event: {
    eventId: 'e1',
    type: 'com.qlik.v1.app.reload.finished',
    source: 'com.qlik/engine',
    typeVersion: '1.0.0',
    atUtc: '2024-10-14T11:31:39Z',
    userId: 'usr',
    ownerId: 'own',
    appName: 'App',
    durationMs: 1,
    sizeMemoryBytes: 10,
    peakMemoryBytes: 10,
    rowLimit: -1,
    statements: [],
    isSkipStore: false,
    isSessionApp: false,
    isPartialReload: false,
    isDirectQueryMode: false,
    endedWithMemoryConstraint: false,
  },
  reload: {
    type: 'hub',
    status: 'FAILED',
    errorCode: 'E',
    errorMessage: 'm',
    startedAtUtc: '2024-10-14T11:31:30Z',
    endedAtUtc: '2024-10-14T11:31:39Z',
    log: 'simple log',
  },
  app: { name: 'App', description: 'd', hasSectionAccess: false, ownerId: 'own' },
  item: { tags: ['Alert', 'Finance'], appFileBytes: 5 },
  owner: { id: 'own', name: 'Owner', email: 'o@x.y' },
  user: { id: 'usr', name: 'Starter', email: 's@x.y' },
  log: { head: ['l1', 'l2'], tail: ['l3', 'l4'], lines: 4, characters: 8 },
  missing: [],
};

/** What little is known when the event came and everything that was asked for was refused. */
export const bareFailure: FailedReload = {
  tenantId: 'tid',
  reloadId: 'r29',
  appId,
  status: 'FAILED',
  event: { eventId: 'e2', type: 'com.qlik.v1.reload.finished' },
  missing: (['reload', 'app', 'item', 'owner', 'user', 'log'] as const).map((part) => ({
    part,
    why: `too many requests (${part})`,
  })),
};

export const formatted: MessageOptions = { zone: 'UTC', headLines: 2, tailLines: 2, style: 'formatted' };
export const basic: MessageOptions = { ...formatted, style: 'basic' };

export const digest: DigestAlert = {
  kind: 'digest',
  reloads: [
    failure,
    {
      ...failure,
      reloadId: 'r30',
      reload: { ...failure.reload, endedAtUtc: '2024-10-14T11:41:39Z', errorMessage: 'later' },
    },
    {
      ...bareFailure,
      appId: 'other',
      event: { eventId: 'e3', type: 't', appName: 'Other app', atUtc: '2024-10-14T11:20:00Z' },
    },
  ],
  heldBack: 7,
  fromUtc: '2024-10-14T11:20:00Z',
  toUtc: '2024-10-14T11:45:00Z',
};

export const recovered: RecoveredAlert = {
  kind: 'recovered',
  reloadId: 'r31',
  atUtc: '2024-10-14T12:00:00Z',
  failures: 3,
  failingSinceUtc: '2024-10-14T11:31:39Z',
  lastFailure: failure,
};

/** A failure with these texts wherever a text can stand. */
export function failureWith(text: string, lines: readonly string[]): FailedReload {
  return {
    ...failure,
    event: { eventId: text, type: text, source: text, appName: text, errors: [text], warnings: [text] },
    reload: { ...failure.reload, type: text, errorCode: text, errorMessage: text, log: lines.join('\n') },
    app: { name: text, description: text, thumbnail: text },
    item: { tags: [text, text] },
    owner: { id: text, name: text, email: text, picture: text },
    user: { id: text, name: text, email: text },
    log: { head: lines, tail: lines, lines: lines.length * 2, characters: lines.join('').length * 2 },
    missing: [{ part: 'log', why: text }],
  };
}

/** As it comes to the service. */
export function asSent(message: object): string {
  return JSON.stringify(message);
}
