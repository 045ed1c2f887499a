import { type AddressObject, simpleParser } from 'mailparser';
import type { SMTPServerSession } from 'smtp-server';
import type { InboxMessage } from './mailbox.ts';

/** A raw mail and its SMTP session as the message that the inbox keeps. */
export async function parseMessage(raw: Buffer, session: SMTPServerSession): Promise<Omit<InboxMessage, 'number'>> {
  const mail = await simpleParser(raw, { skipImageLinks: true });
  const { mailFrom, rcptTo } = session.envelope;
  return {
    messageId: mail.messageId ?? '',
    from: addresses(mail.from)[0] ?? (mailFrom === false ? '' : mailFrom.address.toLowerCase()),
    to: [...addresses(mail.to), ...addresses(mail.cc)],
    envelopeTo: rcptTo.map(({ address }) => address.toLowerCase()),
    replyTo: addresses(mail.replyTo)[0],
    inReplyTo: mail.inReplyTo,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html === false ? undefined : mail.html,
    attachments: mail.attachments.map(({ filename, contentType, size }) => ({
      fileName: filename ?? '',
      contentType,
      sizeBytes: size,
    })),
    atUtc: new Date().toISOString(),
    secure: session.secure,
    user: session.user,
    raw: raw.toString('utf8'),
  };
}

function addresses(header: AddressObject | AddressObject[] | undefined): string[] {
  if (header === undefined) return [];
  const lists = Array.isArray(header) ? header : [header];
  return lists.flatMap(({ value }) => value.flatMap(({ address }) => (address ? [address.toLowerCase()] : [])));
}
