import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMailActivities, type MailDependencies } from '../../../activities/mail/create-mail-activities.ts';
import type { MailContext, MailSettings } from '../../../activities/mail/mail-settings.ts';
import { createMailTransport } from '../../../activities/mail/transport.ts';
import { waybillError } from '../../../common/errors/catalogue.ts';
import type { Config } from '../../../config/types.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import { type Inbox, startInbox } from '../../../sandbox/inbox/start-inbox.ts';
import { listeningLogger, mailContext, sampleMail, sampleMails } from './mail-fixtures.ts';

/** The whole configuration fits where the mail room asks for its part. */
const contextOf: (config: Config) => MailContext = (config) => config;

const transport = createMailTransport();
let folder: string;
let ledger: Ledger;
let inbox: Inbox;
let logger: ReturnType<typeof listeningLogger>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-mail-steps-'));
});
beforeEach(async () => {
  ledger = await openLedger({
    kind: 'sqlite',
    file: path.join(await mkdtemp(path.join(folder, 'l-')), 'ledger.sqlite'),
  });
  inbox = await startInbox({ tls: 'none' });
  logger = listeningLogger();
});
afterEach(async () => {
  transport.close();
  await Promise.all([ledger.close(), inbox.close()]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const emails = [{ attributeType: 'email', attributeValue: 'anna@company.com' }];
const owner = { to: 'owner', site: 'dev', owner: 'COMPANY\\anna', attributes: emails } as const;
const two = { to: 'explicit', addresses: ['anna@company.com', 'ben@company.com'] } as const;

function activities(mail: Partial<MailSettings> = {}, more: Partial<MailDependencies> = {}) {
  const config = () => mailContext({ port: inbox.port, ...mail });
  return createMailActivities({ config, ledger, transport, logger, ...more });
}

/** One attempt of an activity, as Temporal would run it. */
function attempt(info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {}) {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}

describe('sending a mail', () => {
  test('sends it to the owner and writes it down', async () => {
    const outcome = await activities().sendMail({
      promotionKey: 'k3y',
      mail: sampleMail('approved'),
      recipients: owner,
    });

    expect(outcome).toMatchObject({ outcome: 'sent', messageId: '<k3y.approved@main.waybill>', rejected: [] });
    expect(inbox.messages()[0]).toMatchObject({
      to: ['anna@company.com'],
      subject: "'Größe & Ertrag' promotion approved by: 'COMPANY\\eve'",
      messageId: '<k3y.approved@main.waybill>',
    });
    expect(await ledger.listMails({ promotionKey: 'k3y' })).toMatchObject([
      { state: 'sent', kind: 'approved', to: ['anna@company.com'], attempts: 1, lastError: undefined },
    ]);
  });

  test('delivers every kind there is', async () => {
    for (const mail of sampleMails) await activities().sendMail({ promotionKey: 'k3y', mail, recipients: two });

    expect(inbox.messages()).toHaveLength(sampleMails.length);
    expect(new Set(inbox.messages().map(({ messageId }) => messageId)).size).toBe(sampleMails.length);
    for (const { text, html } of inbox.messages()) expect(text + html).not.toMatch(/undefined|\{\{/);
  });

  test('does not send again what the ledger knows as sent', async () => {
    const input = { promotionKey: 'k3y', mail: sampleMail('results'), recipients: owner } as const;
    await activities().sendMail(input);

    const again = await activities().sendMail(input);

    expect(again).toMatchObject({ outcome: 'sent', accepted: ['anna@company.com'] });
    expect(inbox.messages()).toHaveLength(1);
  });

  test('keeps one mail of two audiences apart', async () => {
    const mail = sampleMail('results');
    await activities().sendMail({ promotionKey: 'k3y', mail, recipients: owner });
    await activities().sendMail({ promotionKey: 'k3y', mail, recipients: { to: 'operators' } });

    expect(inbox.messages().flatMap(({ to }) => to)).toEqual(['anna@company.com', 'ops@company.com']);
  });

  test('does nothing where mails, or mails to owners, are off', async () => {
    const input = { promotionKey: 'k3y', mail: sampleMail('approved'), recipients: owner } as const;

    expect(await activities({ enabled: false }).sendMail(input)).toEqual({ outcome: 'off' });
    expect(await activities({ ownerMails: false }).sendMail(input)).toEqual({ outcome: 'off' });
    expect(await ledger.listMails()).toEqual([]);
  });

  test('warns, and does not fail, when there is nobody to send it to', async () => {
    const recipients = { ...owner, attributes: [] };

    const outcome = await activities().sendMail({ promotionKey: 'k3y', mail: sampleMail('denied'), recipients });

    expect(outcome).toMatchObject({ outcome: 'nobody', reason: expect.stringContaining('mail.ownerAddress.map') });
    expect(logger.warnings).toHaveLength(1);
    expect(await ledger.listMails()).toMatchObject([{ state: 'failed', to: [] }]);
  });
});

describe('looking up addresses', () => {
  const mail = sampleMail('approved');
  const recipients = { to: 'owner', site: 'dev', owner: 'COMPANY\\anna' } as const;
  const down = () => Promise.reject(waybillError('WAYBILL_MAIL_TEMPORARY', { reason: 'the site is down' }));

  test('asks the site for the attributes of the owner when the mail is sent', async () => {
    const resolveOwner = () => Promise.resolve(emails);
    await activities({}, { resolveOwner }).sendMail({ promotionKey: 'k3y', mail, recipients });
    expect(inbox.messages()[0]?.to).toEqual(['anna@company.com']);
  });

  test('uses the settings when the site cannot be asked', async () => {
    const ownerAddress = { attribute: 'email', map: { 'COMPANY\\anna': 'mapped@company.com' } };
    await activities({ ownerAddress }, { resolveOwner: down }).sendMail({ promotionKey: 'k3y', mail, recipients });
    expect(inbox.messages()[0]?.to).toEqual(['mapped@company.com']);
  });

  test('waits for a site that is down rather than using the fallback list', async () => {
    const sending = activities({ fallback: ['bi@company.com'] }, { resolveOwner: down });
    await expect(sending.sendMail({ promotionKey: 'k3y', mail, recipients })).rejects.toMatchObject({
      retryable: true,
    });
    expect(inbox.messages()).toEqual([]);
  });

  test('uses the fallback list when the site will never tell', async () => {
    const resolveOwner = () => Promise.reject(new Error('no such user'));
    await activities({ fallback: ['bi@company.com'] }, { resolveOwner }).sendMail({
      promotionKey: 'k',
      mail,
      recipients,
    });
    expect(inbox.messages()[0]?.to).toEqual(['bi@company.com']);
  });

  test('joins the alert list of a stream with the CSV map, and bears a map that is not there', async () => {
    const file = path.join(folder, 'streams.csv');
    await writeFile(file, 'StreamID,ApprovalEmailAddress\nABC-1,csv@company.com\nABC-1,BOSS@company.com\nABC-1,oops\n');
    const base = mailContext({ port: inbox.port });
    const withMap = (streamAlertMap: string) => () => ({
      ...base,
      sources: { dev: { ...base.sources.dev!, streamAlertMap } },
    });
    const alert = sampleMail('publishAlert');
    const stream = { to: 'stream', site: 'dev', streamName: 'Sales', streamId: 'abc-1' } as const;

    await activities({}, { config: withMap(file) }).sendMail({ promotionKey: 'a', mail: alert, recipients: stream });
    await activities({}, { config: withMap(`${file}.gone`) }).sendMail({
      promotionKey: 'b',
      mail: alert,
      recipients: stream,
    });

    expect(inbox.messages().map(({ to }) => to)).toEqual([
      ['boss@company.com', 'csv@company.com'],
      ['boss@company.com'],
    ]);
    expect(logger.warnings.map(({ message }) => message)).toEqual([
      'some rows of streamAlertMap cannot be used',
      'streamAlertMap could not be read; only the alert lists of the streams count',
    ]);
  });
});

describe('a mail that is not taken', () => {
  const input = { promotionKey: 'k3y', mail: sampleMail('results'), recipients: two } as const;

  test('stays queued while a later try may succeed, and keeps its id', async () => {
    inbox.faults.greylist(2);
    await expect(activities().sendMail(input)).rejects.toMatchObject({ code: 'WAYBILL_MAIL_TEMPORARY' });
    const [waiting] = await ledger.listMails();
    await activities().sendMail(input);

    expect(waiting).toMatchObject({ state: 'queued', attempts: 1, lastError: expect.stringContaining('450') });
    expect(await ledger.listMails()).toMatchObject([{ state: 'sent', attempts: 2, lastError: undefined }]);
    expect(inbox.messages()[0]?.messageId).toBe(waiting?.messageId);
  });

  test('is written down as failed when it is given up', async () => {
    inbox.faults.greylist(2);
    const steps = activities();
    await expect(steps.sendMail(input)).rejects.toMatchObject({ retryable: true });

    await steps.giveUpMail(input);

    const lastError = expect.stringMatching(/^given up after 1 tries; the last one: .*450/);
    expect(await ledger.listMails()).toMatchObject([{ state: 'failed', to: two.addresses, lastError }]);
  });

  test('is not given up any more once it was sent', async () => {
    const steps = activities();
    await steps.sendMail(input);

    await steps.giveUpMail(input);

    expect(await ledger.listMails()).toMatchObject([{ state: 'sent' }]);
  });

  test('is written down as failed when it was refused for good', async () => {
    for (const address of two.addresses) inbox.faults.refuse(address);

    await expect(activities().sendMail(input)).rejects.toMatchObject({ code: 'WAYBILL_MAIL_REJECTED' });

    expect(await ledger.listMails()).toMatchObject([{ state: 'failed', lastError: expect.stringContaining('550') }]);
  });

  test('by one of two recipients is sent to the other and says so', async () => {
    inbox.faults.refuse('ben@company.com');

    const outcome = await activities().sendMail(input);

    expect(outcome).toMatchObject({ accepted: ['anna@company.com'], rejected: [{ address: 'ben@company.com' }] });
    expect(await ledger.listMails()).toMatchObject([
      { state: 'sent', to: ['anna@company.com'], lastError: expect.stringContaining('ben@company.com: 550') },
    ]);
  });

  test('by one recipient for now goes to him alone at the next try', async () => {
    inbox.faults.greylist(1);
    const heartbeats: unknown[] = [];
    const first = attempt();
    first.on('heartbeat', (details) => heartbeats.push(details));
    const { sendMail } = activities();

    await expect(first.run(sendMail, input)).rejects.toMatchObject({ code: 'WAYBILL_MAIL_TEMPORARY' });
    const next = attempt({ attempt: 2, heartbeatDetails: heartbeats.at(-1) });
    const outcome = await next.run(sendMail, input);

    expect(inbox.messages().map(({ envelopeTo }) => envelopeTo)).toEqual([['ben@company.com'], ['anna@company.com']]);
    expect(inbox.messages()[1]?.to).toEqual(two.addresses);
    expect(outcome).toMatchObject({ accepted: ['ben@company.com', 'anna@company.com'] });
  });

  test('by the last recipient for good still counts as sent to the others', async () => {
    inbox.faults.refuse('anna@company.com');
    const later = attempt({ attempt: 2, heartbeatDetails: ['ben@company.com'] });

    const outcome = await later.run(activities().sendMail, input);

    expect(outcome).toMatchObject({ accepted: ['ben@company.com'], rejected: [{ address: 'anna@company.com' }] });
    expect(await ledger.listMails()).toMatchObject([{ state: 'sent', to: ['ben@company.com'] }]);
  });

  test('is not sent twice because the ledger could not be told', async () => {
    let calls = 0;
    const forgetful = {
      getMail: () => Promise.resolve(undefined),
      upsertMail: () => ((calls += 1) === 2 ? Promise.reject(new Error('disk full')) : Promise.resolve()),
    };

    const outcome = await activities({}, { ledger: forgetful }).sendMail(input);

    expect(outcome.outcome).toBe('sent');
    expect(logger.warnings.map(({ message }) => message)).toContain('the ledger could not be told of a mail');
  });
});

test('the mail room takes the whole configuration', () => {
  expect(contextOf).toBeTypeOf('function');
});
