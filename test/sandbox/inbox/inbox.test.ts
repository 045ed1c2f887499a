import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport, type Transporter } from 'nodemailer';
import { afterEach, describe, expect, it } from 'vitest';
import { type Inbox, type InboxOptions, startInbox } from '../../../sandbox/inbox/start-inbox.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('a mail sent to the inbox', () => {
  it.each(['none', 'starttls', 'implicit'] as const)('arrives with tls %s and a login', async (tls) => {
    const inbox = await start({ tls, users: [{ name: 'waybill', password: 'secret-1' }] });

    await clientOf(inbox, tls, { user: 'waybill', pass: 'secret-1' }).sendMail({
      from: 'Waybill <waybill@x.com>',
      to: 'Ann <Ann@x.com>',
      subject: 'Ünder way',
      text: 'plain',
      html: '<b>rich</b>',
      messageId: '<key.kind@waybill>',
    });

    const message = await inbox.waitFor(({ subject }) => subject === 'Ünder way');
    expect(message).toMatchObject({
      messageId: '<key.kind@waybill>',
      from: 'waybill@x.com',
      to: ['ann@x.com'],
      envelopeTo: ['ann@x.com'],
      html: '<b>rich</b>',
      secure: tls !== 'none',
      user: 'waybill',
    });
    expect(message.text.trim()).toBe('plain');
  });

  it('is refused without the right password', async () => {
    const inbox = await start({ tls: 'starttls', users: [{ name: 'waybill', password: 'secret-1' }] });

    const sending = clientOf(inbox, 'starttls', { user: 'waybill', pass: 'wrong' }).sendMail(mail('a'));

    await expect(sending).rejects.toMatchObject({ responseCode: 535 });
  });

  it('can be read on the web page and survives a restart', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'waybill-inbox-'));
    cleanUps.push(() => rm(folder, { recursive: true, force: true }));
    const first = await start({ tls: 'none', folder });
    await clientOf(first, 'none').sendMail({ ...mail('<script>x</script>'), html: '<i>kept</i>' });
    await first.close();

    const again = await start({ tls: 'none', folder });

    const list = (await (await fetch(`${again.webUrl}/messages`)).json()) as { subject: string }[];
    expect(list.map(({ subject }) => subject)).toEqual(['<script>x</script>']);
    expect(await (await fetch(again.webUrl)).text()).not.toContain('<script>');
    expect(await (await fetch(`${again.webUrl}/messages/1/html`)).text()).toBe('<i>kept</i>');
    expect((await fetch(`${again.webUrl}/messages/2`)).status).toBe(404);
  });
});

describe('scripted trouble', () => {
  it('greylists as often as asked', async () => {
    const inbox = await start({ tls: 'none' });
    const client = clientOf(inbox, 'none');
    inbox.faults.greylist(1);

    await expect(client.sendMail(mail('a'))).rejects.toMatchObject({ responseCode: 450 });
    await client.sendMail(mail('a'));

    expect(inbox.messages()).toHaveLength(1);
    expect(inbox.faults.struck.greylisted).toBe(1);
  });

  it.each([452, 554])('answers the data of a mail with %i and keeps nothing', async (code) => {
    const inbox = await start({ tls: 'none' });
    const client = clientOf(inbox, 'none');
    inbox.faults.rejectData(code, 1);

    await expect(client.sendMail(mail('a'))).rejects.toMatchObject({ responseCode: code });
    await client.sendMail(mail('b'));

    expect(inbox.messages().map(({ subject }) => subject)).toEqual(['b']);
    expect(inbox.faults.struck.rejected).toBe(1);
  });

  it('takes the mails of others while it answers the data of one recipient with an error', async () => {
    const inbox = await start({ tls: 'none' });
    const client = clientOf(inbox, 'none');
    inbox.faults.rejectData(554, 1, 'Ann@x.com');

    await client.sendMail({ ...mail('a'), to: 'ben@x.com' });
    await expect(client.sendMail({ ...mail('b'), to: 'ann@x.com' })).rejects.toMatchObject({ responseCode: 554 });

    expect(inbox.messages().map(({ subject }) => subject)).toEqual(['a']);
  });

  it('refuses one recipient and takes the other', async () => {
    const inbox = await start({ tls: 'none' });
    inbox.faults.refuse('Gone@x.com');

    const sent = await clientOf(inbox, 'none').sendMail({ ...mail('a'), to: ['gone@x.com', 'ann@x.com'] });

    expect(sent.rejected).toEqual(['gone@x.com']);
    expect(inbox.messages()[0]).toMatchObject({ envelopeTo: ['ann@x.com'] });
  });

  it('keeps a mail whose reply is lost', async () => {
    const inbox = await start({ tls: 'starttls' });
    inbox.faults.loseReply(1);

    await expect(clientOf(inbox, 'starttls').sendMail(mail('a'))).rejects.toThrow();

    expect(inbox.messages()).toHaveLength(1);
  });

  it('leaves a sender without an answer after the data, and keeps nothing', async () => {
    const inbox = await start({ tls: 'none' });
    inbox.faults.hangAfterData(1);

    await expect(clientOf(inbox, 'none').sendMail(mail('a'))).rejects.toMatchObject({ code: 'ETIMEDOUT' });

    expect(inbox.messages()).toHaveLength(0);
    expect(inbox.faults.struck.hung).toBe(1);
  });

  it('says what did come when the awaited mail did not', async () => {
    const inbox = await start({ tls: 'none' });
    await clientOf(inbox, 'none').sendMail(mail('other'));

    await expect(inbox.waitFor(({ subject }) => subject === 'awaited', 20)).rejects.toThrow("'other' to ann@x.com");
  });
});

async function start(options: InboxOptions): Promise<Inbox> {
  const inbox = await startInbox(options);
  cleanUps.push(() => inbox.close());
  return inbox;
}

function clientOf(inbox: Inbox, tls: InboxOptions['tls'], auth?: { user: string; pass: string }): Transporter {
  const client = createTransport({
    host: inbox.host,
    port: inbox.port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { ca: inbox.caPem },
    auth,
    socketTimeout: 300,
  });
  cleanUps.push(() => client.close());
  return client;
}

function mail(subject: string): { from: string; to: string; subject: string; text: string } {
  return { from: 'waybill@x.com', to: 'ann@x.com', subject, text: 'text' };
}
