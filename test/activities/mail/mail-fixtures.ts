import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { MailFacts } from '../../../activities/mail/mail-kinds.ts';
import type { MailContext, MailLogger, MailSettings } from '../../../activities/mail/mail-settings.ts';
import type { Inbox } from '../../../sandbox/inbox/start-inbox.ts';

export const appId = '0f0e3c1a-9b1f-4c22-8333-444455556666';

/** The mail section with its defaults, and whatever a test says otherwise. */
export function mailSettings(overrides: Partial<MailSettings> = {}): MailSettings {
  return {
    enabled: true,
    host: '127.0.0.1',
    port: 25,
    tls: 'none',
    from: 'Waybill <waybill@company.com>',
    ownerAddress: { attribute: 'email', map: {} },
    fallback: [],
    operators: ['ops@company.com'],
    ownerMails: true,
    consoleUrl: 'https://waybill.company.com',
    timeouts: { connectMs: 3000, greetingMs: 3000, socketMs: 3000 },
    ...overrides,
  };
}

export function mailContext(mail: Partial<MailSettings> = {}, rest: Partial<MailContext> = {}): MailContext {
  return {
    installation: { id: 'main' },
    timeZone: 'Europe/Berlin',
    locale: 'en-GB',
    mail: mailSettings(mail),
    console: { enabled: true, publicUrl: 'http://127.0.0.1:5080' },
    sites: {
      dev: { label: 'Development', publicHost: 'qlik-dev.company.com', publicPrefix: '' },
      prod: { label: 'Production', publicHost: 'qlik.company.com', publicPort: 8443, publicPrefix: 'sales' },
    },
    sources: {
      dev: {
        properties: {
          server: 'PromoteToServer',
          stream: 'PromoteToStream',
          approval: 'PromotionApproval',
          unpublish: 'PromotionUnpublish',
          versioning: 'PromotionS3Versioning',
          reload: 'PromoteOnReload',
          streamAlert: 'EmailAlertOnPublishTo',
        },
        words: {
          approve: ['Approve'],
          deny: ['Deny'],
          yes: ['True'],
          overwrite: ['Overwrite'],
          duplicate: ['Duplicate'],
        },
        approval: { escalateTo: ['head@company.com'] },
        streams: { Sales: { alert: ['boss@company.com'], approval: { escalateTo: ['sales-head@company.com'] } } },
      },
    },
    ...rest,
  };
}

/** Settings that reach this inbox, trusting its authority. */
export async function settingsFor(
  inbox: Inbox,
  tls: MailSettings['tls'],
  folder: string,
  overrides: Partial<MailSettings> = {},
): Promise<MailSettings> {
  const ca = path.join(folder, 'mail-ca.pem');
  if (inbox.caPem !== '') await writeFile(ca, inbox.caPem);
  return mailSettings({ port: inbox.port, tls, ca: inbox.caPem === '' ? undefined : ca, ...overrides });
}

/**
 * Closes an inbox once it has dealt with everything before: destroying a socket whose client hung up in the middle of
 * the TLS handshake crashes Node, so one whole conversation is waited for first.
 */
export async function closeInbox(inbox: Inbox, tls: 'none' | 'starttls' | 'implicit'): Promise<void> {
  const place = { host: '127.0.0.1', port: inbox.port };
  const socket = tls === 'implicit' ? connectTls({ ...place, ca: inbox.caPem }) : connect(place);
  socket.on('error', () => undefined);
  socket.once('data', () => socket.write('QUIT\r\n')).resume();
  await once(socket, 'close');
  await inbox.close();
}

/** A password by reference, as the configuration gives it. */
export function secret(text: string) {
  return { describe: () => '${env:SMTP_PASSWORD}', resolve: () => Promise.resolve(text), toJSON: () => '********' };
}

/** A logger that remembers its warnings. */
export function listeningLogger(): MailLogger & { warnings: { facts: object; message: string }[] } {
  const warnings: { facts: object; message: string }[] = [];
  return { warnings, info: () => undefined, warn: (facts, message) => void warnings.push({ facts, message }) };
}

const occurredAtUtc = '2026-03-10T13:05:00.000Z';
const app = { id: appId, name: 'Größe & Ertrag', site: 'dev', owner: 'COMPANY\\anna' };
const changes = [{ change: 'changed', type: 'sheet', name: 'Umsatz', by: 'COMPANY\\anna' }] as const;
const targets = [{ site: 'prod', mode: 'overwrite', streams: ['Sales', 'Everyone'] }] as const;
const results = [
  { site: 'prod', stream: 'Sales', outcome: 'replaced', appId, warnings: ['owner not known at target'] },
  { site: 'prod', stream: 'Gone', outcome: 'missing-stream', reason: 'No stream is named Gone.' },
] as const;

/** One of every kind, with everything in it that can be. */
export const sampleMails: readonly MailFacts[] = [
  {
    kind: 'publishAlert',
    occurredAtUtc,
    app,
    publisher: 'COMPANY\\ben',
    stream: 'Review',
    effects: [{ site: 'prod', stream: 'Sales', effect: 'replace', replacedChangedAtUtc: '2026-01-01T00:00:00Z' }],
    changes,
  },
  { kind: 'reapproval', occurredAtUtc, app, approver: 'COMPANY\\eve', approvedAtUtc: occurredAtUtc, changes },
  {
    kind: 'decisionProblem',
    occurredAtUtc,
    app,
    decider: 'COMPANY\\eve',
    problems: [
      { problem: 'conflict', values: ['Approve', 'Deny'] },
      { problem: 'unknown-alias', value: 'prd - Overwrite', known: ['test', 'prod'] },
      { problem: 'missing-mode', value: 'prod' },
      { problem: 'missing-target' },
      { problem: 'missing-stream' },
      { problem: 'stream-not-found', site: 'prod', stream: 'Gone' },
      { problem: 'ambiguous-stream', site: 'prod', stream: 'Sales', count: 2 },
      { problem: 'not-allowed', account: 'COMPANY\\anna', why: 'owners may not approve their own apps' },
      { problem: 'other', what: 'Something else.', remedy: 'Mend it.' },
    ],
  },
  {
    kind: 'approved',
    occurredAtUtc,
    app,
    approver: 'COMPANY\\eve',
    door: 'cli',
    asserted: true,
    note: 'ok\nfine',
    targets,
  },
  {
    kind: 'denied',
    occurredAtUtc,
    app,
    denier: 'COMPANY\\eve',
    door: 'qmc',
    asserted: false,
    note: 'not yet',
    fate: 'unpublished',
  },
  { kind: 'results', occurredAtUtc, app, approver: 'COMPANY\\eve', results, versionId: 'v-17', fate: 'unpublished' },
  {
    kind: 'trouble',
    occurredAtUtc,
    site: 'prod',
    code: 'WAYBILL_QRS_UNREACHABLE',
    cause: 'qlik.company.com does not answer.',
    remedy: 'Start the repository service.',
    sinceUtc: occurredAtUtc,
    waiting: [{ promotionKey: 'k3y', appName: 'Größe & Ertrag', site: 'dev' }],
    commands: ['waybill retry k3y --target prod'],
  },
  {
    kind: 'tenantTrouble',
    occurredAtUtc,
    tenant: 'company',
    url: 'https://company.eu.qlikcloud.com',
    code: 'WAYBILL_ALERT_WEBHOOK_DISABLED',
    cause: 'The webhook is disabled.',
    remedy: 'Switch it on again.',
    sinceUtc: occurredAtUtc,
  },
  {
    kind: 'tenantTroubleOver',
    occurredAtUtc,
    tenant: 'company',
    url: 'https://company.eu.qlikcloud.com',
    code: 'WAYBILL_CLOUD_LOGIN',
    sinceUtc: occurredAtUtc,
  },
  {
    kind: 'reminder',
    occurredAtUtc,
    nth: 2,
    app,
    stream: 'Review',
    waitingSinceUtc: occurredAtUtc,
    expiresAtUtc: '2026-04-09T12:05:00Z',
  },
  {
    kind: 'escalation',
    occurredAtUtc,
    app,
    stream: 'Review',
    waitingSinceUtc: occurredAtUtc,
    expiresAtUtc: '2026-04-09T12:05:00Z',
  },
  { kind: 'expired', occurredAtUtc, app, waitingSinceUtc: occurredAtUtc, fate: 'untouched' },
  { kind: 'tooLate', occurredAtUtc, app, denier: 'COMPANY\\eve', approver: 'COMPANY\\ben', targets },
  { kind: 'aborted', occurredAtUtc, app, by: 'COMPANY\\ops', note: 'wrong app', results, fate: 'untouched' },
  { kind: 'test', occurredAtUtc, requestedBy: 'COMPANY\\ops' },
];

/** The same kinds with nothing in them that may be left out. */
export const bareMails: readonly MailFacts[] = [
  { kind: 'publishAlert', occurredAtUtc, app, publisher: 'COMPANY\\ben', stream: 'Review', effects: [] },
  { kind: 'reapproval', occurredAtUtc, app, changes: [] },
  { kind: 'decisionProblem', occurredAtUtc, app, problems: [] },
  { kind: 'approved', occurredAtUtc, app, approver: 'COMPANY\\eve', door: 'qmc', asserted: false, targets: [] },
  { kind: 'denied', occurredAtUtc, app, denier: 'COMPANY\\eve', door: 'qmc', asserted: false, fate: 'stays-published' },
  { kind: 'results', occurredAtUtc, app, results: [], fate: 'untouched' },
  {
    kind: 'trouble',
    occurredAtUtc,
    site: 'gone',
    code: 'WAYBILL_QRS_UNREACHABLE',
    cause: 'No answer.',
    remedy: 'Look.',
    sinceUtc: occurredAtUtc,
    waiting: [],
    commands: [],
  },
  {
    kind: 'tenantTrouble',
    occurredAtUtc,
    tenant: 'gone',
    url: '',
    code: 'WAYBILL_ALERT_WEBHOOK_DISABLED',
    cause: 'Disabled.',
    remedy: 'Look.',
    sinceUtc: occurredAtUtc,
  },
  {
    kind: 'tenantTroubleOver',
    occurredAtUtc,
    tenant: 'gone',
    url: '',
    code: 'WAYBILL_CLOUD_LOGIN',
    sinceUtc: occurredAtUtc,
  },
  { kind: 'reminder', occurredAtUtc, app, waitingSinceUtc: occurredAtUtc },
  { kind: 'escalation', occurredAtUtc, app, waitingSinceUtc: occurredAtUtc },
  { kind: 'expired', occurredAtUtc, app, waitingSinceUtc: occurredAtUtc, fate: 'untouched' },
  { kind: 'tooLate', occurredAtUtc, app, denier: 'COMPANY\\eve', targets: [] },
  { kind: 'aborted', occurredAtUtc, app, by: 'COMPANY\\ops', results: [], fate: 'untouched' },
  { kind: 'test', occurredAtUtc },
];

/** The sample of one kind. */
export function sampleMail<Kind extends MailFacts['kind']>(kind: Kind): Extract<MailFacts, { kind: Kind }> {
  return sampleMails.find((mail) => mail.kind === kind) as Extract<MailFacts, { kind: Kind }>;
}
