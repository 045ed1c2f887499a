import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createMailTransport, type WireMail } from '../../../activities/mail/transport.ts';
import { type Inbox, type InboxOptions, startInbox } from '../../../sandbox/inbox/start-inbox.ts';
import { closeInbox, mailSettings, secret, settingsFor } from './mail-fixtures.ts';

const mail: WireMail = {
  messageId: '<k3y.approved@main.waybill>',
  dateUtc: '2026-03-10T13:05:00.000Z',
  to: ['anna@company.com'],
  subject: "'Größe 📈' promotion approved by: 'مبيعات'",
  text: 'Größe 📈 مبيعات\n',
  html: '<p>Größe 📈 مبيعات</p>',
};

let folder: string;
const transport = createMailTransport();
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-mail-'));
});
afterEach(async () => {
  transport.close();
  await Promise.all(open.splice(0).map((one) => one.close()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function inboxOf(options: InboxOptions): Promise<Inbox> {
  const inbox = await startInbox(options);
  open.push({ close: () => closeInbox(inbox, options.tls) });
  return inbox;
}

describe('a mail on the wire', () => {
  test('arrives in any language, with its id, its date and the mark of a machine', async () => {
    const inbox = await inboxOf({ tls: 'none' });

    const outcome = await transport.send(await settingsFor(inbox, 'none', folder), {
      ...mail,
      headers: { 'X-Waybill-Kind': 'approved' },
    });

    expect(outcome).toMatchObject({ accepted: ['anna@company.com'], refused: [] });
    const [arrived] = inbox.messages();
    expect(arrived).toMatchObject({
      messageId: mail.messageId,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      from: 'waybill@company.com',
      to: ['anna@company.com'],
    });
    expect(arrived?.raw).toMatch(/^Date: Tue, 10 Mar 2026 13:05:00 \+0000\r?$/m);
    expect(arrived?.raw).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
    expect(arrived?.raw).toMatch(/^X-Waybill-Kind: approved\r?$/m);
    // oxlint-disable-next-line no-control-regex -- headers are ASCII on the wire
    expect(arrived?.raw?.split('\r\n\r\n')[0]).toMatch(/^[\u0000-\u007f]+$/);
  });

  test('cannot gain a header or a recipient by a line break', async () => {
    const inbox = await inboxOf({ tls: 'none' });
    const hostile = {
      ...mail,
      subject: 'x\r\nBcc: evil@x.com\r\n\r\nbody',
      headers: { 'X-Waybill-Promotion': 'k\r\nBcc: evil@x.com' },
    };

    await transport.send(await settingsFor(inbox, 'none', folder), hostile);

    expect(inbox.messages()[0]?.envelopeTo).toEqual(['anna@company.com']);
    expect(inbox.messages()[0]?.raw).not.toMatch(/^Bcc:/im);
  });

  test('uses one connection for several mails', async () => {
    const inbox = await inboxOf({ tls: 'none' });
    const settings = await settingsFor(inbox, 'none', folder);
    const { proxyPort, connections } = await countingProxy(inbox.port);

    for (const n of [1, 2, 3]) {
      await transport.send({ ...settings, port: proxyPort }, { ...mail, messageId: `<${n}@main.waybill>` });
    }

    expect(inbox.messages()).toHaveLength(3);
    expect(connections()).toBe(1);
  });
});

describe('encryption', () => {
  test.each(['starttls', 'implicit'] as const)('by %s is verified against mail.ca', async (tls) => {
    const inbox = await inboxOf({ tls });
    const settings = await settingsFor(inbox, tls, folder);

    await transport.send(settings, mail);

    expect(inbox.messages()[0]?.secure).toBe(true);
    await expect(transport.send({ ...settings, ca: undefined }, mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_CERTIFICATE',
      retryable: false,
      remedy: expect.stringContaining('mail.ca'),
    });
  });

  test.each(['starttls', 'implicit'] as const)('by %s refuses a certificate for another name', async (tls) => {
    const inbox = await inboxOf({ tls });
    const settings = await settingsFor(inbox, tls, folder, { serverName: 'mail.company.com' });

    await expect(transport.send(settings, mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_CERTIFICATE',
      remedy: expect.stringContaining('mail.serverName'),
    });
    expect(inbox.messages()).toEqual([]);
  });

  test('that is required is not given up when STARTTLS is stripped on the way', async () => {
    const inbox = await inboxOf({ tls: 'none' });

    await expect(transport.send(await settingsFor(inbox, 'starttls', folder), mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_NO_STARTTLS',
      retryable: false,
      remedy: expect.stringContaining('mail.tls'),
    });
    expect(inbox.messages()).toEqual([]);
  });

  test('is used where it is offered when it is opportunistic, and still verified', async () => {
    const plain = await inboxOf({ tls: 'none' });
    const offering = await inboxOf({ tls: 'starttls' });
    const settings = await settingsFor(offering, 'opportunistic', folder);

    await transport.send(await settingsFor(plain, 'opportunistic', folder), mail);
    await transport.send(settings, mail);

    expect(plain.messages()[0]?.secure).toBe(false);
    expect(offering.messages()[0]?.secure).toBe(true);
    await expect(transport.send({ ...settings, ca: undefined }, mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_CERTIFICATE',
    });
  });

  test('from the first byte against a plain port names mail.tls and mail.port', async () => {
    const inbox = await inboxOf({ tls: 'none' });

    await expect(transport.send(await settingsFor(inbox, 'implicit', folder), mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_TLS',
      remedy: expect.stringContaining('mail.port'),
    });
  });

  test('is absent where tls is none, even when it is offered', async () => {
    const inbox = await inboxOf({ tls: 'starttls' });
    await transport.send(await settingsFor(inbox, 'none', folder), mail);
    expect(inbox.messages()[0]?.secure).toBe(false);
  });
});

describe('a login', () => {
  const password = 'Pa$$ wörd+/=!';

  test('takes any password, also one that changes while the program runs', async () => {
    const inbox = await inboxOf({ tls: 'starttls', users: [{ name: 'waybill', password }] });
    let current = 'old';
    const reference = { ...secret(''), resolve: () => Promise.resolve(current) };
    const settings = await settingsFor(inbox, 'starttls', folder, { login: { user: 'waybill', password: reference } });

    await expect(transport.send(settings, mail)).rejects.toMatchObject({ code: 'WAYBILL_MAIL_LOGIN' });
    current = password;
    await transport.send(settings, mail);

    expect(inbox.messages()[0]?.user).toBe('waybill');
  });

  test('that is refused names the settings and never the password', async () => {
    const inbox = await inboxOf({ tls: 'starttls', users: [{ name: 'waybill', password: 'right' }] });
    const login = { user: 'waybill', password: secret(password) };

    const failure = await transport.send(await settingsFor(inbox, 'starttls', folder, { login }), mail).catch((e) => e);

    expect(failure).toMatchObject({ code: 'WAYBILL_MAIL_LOGIN', retryable: false });
    expect(failure.remedy).toContain('mail.login.password (${env:SMTP_PASSWORD})');
    expect(failure.message).toContain('535');
    const shown = JSON.stringify([
      failure.message,
      failure.remedy,
      failure.facts,
      failure.stack,
      String(failure.cause),
    ]);
    expect(shown).not.toContain(password);
    expect(shown).not.toContain(Buffer.from(`\0waybill\0${password}`).toString('base64'));
  });

  test('that the server does not offer is an error and not a mail without login', async () => {
    const inbox = await inboxOf({ tls: 'none' });
    const login = { user: 'waybill', password: secret('x') };

    await expect(transport.send(await settingsFor(inbox, 'none', folder, { login }), mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_LOGIN',
    });
    expect(inbox.messages()).toEqual([]);
  });

  test('that is needed and not set is an error that shows the answer of the server', async () => {
    const inbox = await inboxOf({ tls: 'none', users: [{ name: 'waybill', password }] });

    await expect(transport.send(await settingsFor(inbox, 'none', folder), mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_REJECTED',
      message: expect.stringContaining('530'),
    });
  });
});

describe('trouble', () => {
  test('by a greylist passes with the next try', async () => {
    const inbox = await inboxOf({ tls: 'none' });
    const settings = await settingsFor(inbox, 'none', folder);
    inbox.faults.greylist(1);

    await expect(transport.send(settings, mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_TEMPORARY',
      retryable: true,
      message: expect.stringContaining('450'),
    });
    await transport.send(settings, mail);

    expect(inbox.messages()).toHaveLength(1);
  });

  test('with one of two recipients leaves the other his mail', async () => {
    const inbox = await inboxOf({ tls: 'none' });
    inbox.faults.refuse('gone@company.com');

    const outcome = await transport.send(await settingsFor(inbox, 'none', folder), {
      ...mail,
      to: ['anna@company.com', 'gone@company.com'],
    });

    expect(outcome.accepted).toEqual(['anna@company.com']);
    expect(outcome.refused).toMatchObject([{ address: 'gone@company.com', temporary: false }]);
    expect(outcome.refused[0]?.response).toContain('550');
    expect(inbox.messages()[0]?.envelopeTo).toEqual(['anna@company.com']);
  });

  test('with the only recipient is final', async () => {
    const inbox = await inboxOf({ tls: 'none' });
    inbox.faults.refuse('anna@company.com');

    await expect(transport.send(await settingsFor(inbox, 'none', folder), mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_REJECTED',
      retryable: false,
      message: expect.stringContaining('no such user here'),
    });
  });

  test('by a silence after the mail ends by the timeout and is tried again', async () => {
    const inbox = await inboxOf({ tls: 'none' });
    const timeouts = { connectMs: 1000, greetingMs: 1000, socketMs: 300 };
    const settings = await settingsFor(inbox, 'none', folder, { timeouts });
    inbox.faults.hangAfterData(1);

    await expect(transport.send(settings, mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_TEMPORARY',
      message: expect.stringContaining('mail.timeouts.socket'),
    });
    await transport.send(settings, mail);

    expect(inbox.messages().map(({ messageId }) => messageId)).toEqual([mail.messageId]);
  });

  test('by a server that never greets ends by the timeout and hints at mail.tls', async () => {
    const mute = createServer(() => undefined);
    const port = await listen(mute);
    const timeouts = { connectMs: 1000, greetingMs: 200, socketMs: 1000 };

    await expect(transport.send(mailSettings({ port, timeouts }), mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_TEMPORARY',
      message: expect.stringMatching(/mail\.timeouts\.greeting.*mail\.tls implicit/),
    });
  });

  test('by a server that is down or drops the connection is temporary', async () => {
    const closed = createServer((socket) => socket.destroy());
    const port = await listen(closed);

    await expect(transport.send(mailSettings({ port }), mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_TEMPORARY',
    });
    await new Promise((resolve) => closed.close(resolve));
    await expect(transport.send(mailSettings({ port }), mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_TEMPORARY',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('by a lost answer is temporary, and the same mail comes again with the same id', async () => {
    const inbox = await inboxOf({ tls: 'none' });
    const settings = await settingsFor(inbox, 'none', folder);
    inbox.faults.loseReply(1);

    await expect(transport.send(settings, mail)).rejects.toMatchObject({ code: 'WAYBILL_MAIL_TEMPORARY' });
    await transport.send(settings, mail);

    expect(inbox.messages().map(({ messageId }) => messageId)).toEqual([mail.messageId, mail.messageId]);
  });

  test('by a connection that died while it was kept is not noticed', async () => {
    const inbox = await inboxOf({ tls: 'none' });
    const settings = await settingsFor(inbox, 'none', folder);
    const { proxyPort, cut } = await countingProxy(inbox.port);

    await transport.send({ ...settings, port: proxyPort }, mail);
    cut();
    await transport.send({ ...settings, port: proxyPort }, mail);

    expect(inbox.messages()).toHaveLength(2);
  });

  test('in the settings names the setting', async () => {
    await expect(transport.send(mailSettings({ host: undefined }), mail)).rejects.toMatchObject({
      message: expect.stringContaining('mail.host'),
    });
    await expect(transport.send(mailSettings({ from: undefined }), mail)).rejects.toMatchObject({
      message: expect.stringContaining('mail.from'),
    });
    await expect(transport.send(mailSettings({ ca: path.join(folder, 'no-such.pem') }), mail)).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_SETTING',
      message: expect.stringContaining('mail.ca'),
    });
  });

  test('ends at once when the work is cancelled', async () => {
    const mute = createServer(() => undefined);
    const port = await listen(mute);
    await expect(transport.send(mailSettings({ port }), mail, AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'WAYBILL_MAIL_TEMPORARY',
    });
  });
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return (server.address() as { port: number }).port;
}

/** Passes bytes on to `port`, counts the connections and can cut them all. */
async function countingProxy(port: number) {
  const { connect } = await import('node:net');
  const pairs: { destroy(): void }[] = [];
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    const onward = connect(port, '127.0.0.1');
    pairs.push(socket, onward);
    for (const one of [socket, onward]) one.on('error', () => undefined);
    socket.pipe(onward).pipe(socket);
  });
  const proxyPort = await listen(server);
  const cut = () => {
    for (const one of pairs.splice(0)) one.destroy();
  };
  return { proxyPort, connections: () => count, cut };
}
