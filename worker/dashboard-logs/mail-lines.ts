import type { Mail } from '../../ledger/mails.ts';
import { type DashboardLog, type LogLine, quoted } from './log-line.ts';

/** The app that a mail is about, as far as the ledger still knows. */
export interface MailedApp {
  readonly name: string;
  readonly owner: string;
  readonly streamName?: string | undefined;
}

/** Kinds of mails that the dashboard has a sheet for. */
export const toldMails: Readonly<Record<string, DashboardLog>> = {
  publishAlert: 'app_publish_review',
  approved: 'approval_status_emailer',
  denied: 'approval_status_emailer',
};

/** The lines of a mail that was sent, or could not be. */
export function linesOfMail(mail: Mail, app: MailedApp | undefined): LogLine[] {
  const log = toldMails[mail.kind];
  if (log === undefined || !app) return [];
  return log === 'app_publish_review' ? publishLines(mail, app) : ownerLines(mail, app);
}

function publishLines(mail: Mail, { name, owner, streamName }: MailedApp): LogLine[] {
  const gathered = lineOf(mail, 'app_publish_review', 'app_published_gather_info');
  const line = lineOf(mail, 'app_publish_review', 'app_published_to_approval_stream');
  return [
    gathered('INFO', `App Name: ${quoted(name)}`),
    gathered('INFO', `App Owner: ${quoted(owner)}`),
    ...(streamName === undefined ? [] : [gathered('INFO', `Published to stream Name: ${quoted(streamName)}`)]),
    line('INFO', 'App published to approval stream'),
    line('INFO', `Recipient list: [${mail.to.map(quoted).join(', ')}]`),
    end(mail, line),
  ];
}

function ownerLines(mail: Mail, { name, owner }: MailedApp): LogLine[] {
  const line = lineOf(mail, 'approval_status_emailer', 'approval_email');
  const address = mail.to[0];
  return [
    line('INFO', `Requesting user info on ${quoted(owner)} for app ${quoted(name)}`),
    line('INFO', `User: ${quoted(owner)}`),
    address === undefined
      ? line('WARNING', 'User email not found')
      : line('INFO', `User email found: ${quoted(address)}`),
    ...(address === undefined ? [] : [end(mail, line)]),
  ];
}

type MakeLine = (level: LogLine['level'], message: string) => LogLine;

function end(mail: Mail, line: MakeLine): LogLine {
  return mail.state === 'sent'
    ? line('INFO', `Successfully sent the email to ${mail.to.map(quoted).join(', ')}`)
    : line('ERROR', `Could not send the email to ${mail.to.map(quoted).join(', ')}`);
}

function lineOf(mail: Mail, log: DashboardLog, status: string): MakeLine {
  return (level, message) => ({ log, atUtc: mail.updatedAtUtc, level, status, logId: mail.messageId, message });
}
