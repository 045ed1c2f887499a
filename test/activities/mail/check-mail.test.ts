import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { checkMail } from '../../../activities/mail/check-mail.ts';
import type { MailSettings } from '../../../activities/mail/mail-settings.ts';
import { type Inbox, type InboxOptions, startInbox } from '../../../sandbox/inbox/start-inbox.ts';
import { closeInbox, listeningLogger, mailContext, secret, settingsFor } from './mail-fixtures.ts';

const logger = listeningLogger();
let folder: string;
let inbox: Inbox;
let tls: InboxOptions['tls'];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-mail-check-'));
});
afterEach(() => closeInbox(inbox, tls));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function check(options: InboxOptions, settings: Partial<MailSettings> = {}, to: string[] = []) {
  tls = options.tls;
  inbox = await startInbox(options);
  const mail = await settingsFor(inbox, options.tls, folder, { enabled: false, ...settings });
  return checkMail(mailContext(mail), { to, requestedBy: 'COMPANY\\ops', logger });
}

const words = (steps: readonly { step: string; result: string }[]) =>
  steps.map(({ step, result }) => `${step} ${result}`);

describe('the check of the mail settings', () => {
  test('goes all the way to a test mail, also before mail is enabled', async () => {
    const users = [{ name: 'waybill', password: 'not-saved-yet' }];
    const login = { user: 'waybill', password: secret('not-saved-yet') };

    const { ok, steps } = await check({ tls: 'starttls', users }, { login }, ['ops@company.com']);

    expect(words(steps)).toEqual(['settings ok', 'connection ok', 'encryption ok', 'login ok', 'test-mail ok']);
    expect(ok).toBe(true);
    expect(steps[2]?.detail).toMatch(/^TLSv1\.[23], certificate of .*, valid until /);
    expect(inbox.messages()[0]).toMatchObject({
      subject: 'Waybill test mail',
      to: ['ops@company.com'],
      user: 'waybill',
    });
  });

  test('says what the settings do not ask for', async () => {
    const { ok, steps } = await check({ tls: 'none' });

    expect(ok).toBe(true);
    expect(words(steps)).toEqual([
      'settings ok',
      'connection ok',
      'encryption not-needed',
      'login not-needed',
      'test-mail not-needed',
    ]);
  });

  test.each([
    ['the authority is not known', { ca: undefined }, 'encryption', 'WAYBILL_MAIL_CERTIFICATE'],
    ['STARTTLS is required of a port with TLS', { tls: 'starttls' as const }, 'connection', 'WAYBILL_MAIL_TEMPORARY'],
    ['the sender is not set', { from: undefined }, 'settings', 'WAYBILL_MAIL_SETTING'],
    ['nothing listens', { port: 1 }, 'connection', 'WAYBILL_MAIL_TEMPORARY'],
  ])('stops where %s and says what to do', async (_, settings, step, code) => {
    const timeouts = { connectMs: 500, greetingMs: 300, socketMs: 500 };
    const { ok, steps } = await check({ tls: 'implicit' }, { timeouts, ...settings }, ['ops@company.com']);

    expect(ok).toBe(false);
    const failed = steps.find(({ result }) => result === 'failed');
    expect(failed).toMatchObject({ step, code, remedy: expect.stringContaining('mail') });
    expect(steps.slice(steps.indexOf(failed!) + 1).every(({ result }) => result === 'not-reached')).toBe(true);
    expect(steps).toHaveLength(5);
    expect(inbox.messages()).toEqual([]);
  });

  test('names a server without STARTTLS as such', async () => {
    const { steps } = await check({ tls: 'none' }, { tls: 'starttls' });
    expect(words(steps).slice(1, 3)).toEqual(['connection ok', 'encryption failed']);
  });

  test('names a wrong password without showing it', async () => {
    const login = { user: 'waybill', password: secret('s3cret-guess') };
    const { steps } = await check({ tls: 'starttls', users: [{ name: 'waybill', password: 'right' }] }, { login });

    expect(steps[3]).toMatchObject({ step: 'login', result: 'failed', code: 'WAYBILL_MAIL_LOGIN' });
    expect(JSON.stringify(steps)).not.toContain('s3cret-guess');
  });

  test('reports a test address that the server refuses', async () => {
    tls = 'none';
    inbox = await startInbox({ tls });
    inbox.faults.refuse('gone@company.com');
    const context = mailContext(await settingsFor(inbox, 'none', folder));

    const { ok, steps } = await checkMail(context, { to: ['gone@company.com'], logger });
    const typo = await checkMail(context, { to: ['gone'], logger });

    expect(ok).toBe(false);
    expect(steps[4]).toMatchObject({ result: 'failed', detail: expect.stringContaining('550') });
    expect(typo.steps[4]).toMatchObject({ result: 'failed', code: 'WAYBILL_MAIL_SETTING' });
  });
});
