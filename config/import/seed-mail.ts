import { mailAddress } from '../setting.ts';
import { type SecretRef, secretFrom } from '../secret-ref.ts';
import { environmentLine } from './environment-file.ts';
import type { ImportBook } from './import-book.ts';
import { type Settings, settled } from './import-values.ts';
import { email, line, takeSwitch, whole } from './seed-values.ts';

const passwordKey = `${email}.promotion_sender_pass`;
const variable = 'MAIL_PASSWORD';

/** The mail settings, and the password for the environment file; without one where it cannot be copied. */
export interface SeedMail {
  readonly mail?: Settings;
  readonly password?: SecretRef;
}

export function mailOf(book: ImportBook): SeedMail {
  const isWanted = takeSwitch(book, `${email}.promotion_email_alerts`, 'mail.enabled', 'anyCase');
  const host = book.take(`${email}.promotion_SMTP`, 'mail.host', line);
  const port = book.take(`${email}.promotion_SMTP_port`, 'mail.port', whole(1, 65_535));
  const user = book.read(`${email}.promotion_sender_email`, line);
  const from = mailAddress().safeParse(user).data;
  const ownerMails = takeSwitch(book, `${email}.email_UDC_attribute_exists`, 'mail.ownerMails', 'anyCase');
  const { login, password } = loginOf(book, user);
  if (from !== undefined) book.carry(`${email}.promotion_sender_email`, 'mail.from');
  if (user !== undefined && from === undefined)
    book.look(`${email}.promotion_sender_email`, 'This is no mail address: set mail.from.', 'mail');
  const canSend = host !== undefined && from !== undefined;
  if (isWanted && !canSend)
    book.look(
      `${email}.promotion_email_alerts`,
      'Mails need a server (host) and a sender (from): set them, and switch mails on.',
      'mail',
    );
  tellChanges(book, { isWanted, ownerMails });
  const mail = settled({ enabled: isWanted && canSend, host, port, login, from, ownerMails });
  return { ...(mail && { mail }), ...(password && { password }) };
}

interface Switches {
  readonly isWanted: boolean | undefined;
  readonly ownerMails: boolean | undefined;
}

function tellChanges(book: ImportBook, { isWanted, ownerMails }: Switches): void {
  if (isWanted === false)
    book.change(`${email}.promotion_email_alerts`, 'Results were mailed all the same; now no mail is sent at all.');
  if (!isWanted) return;
  book.change(`${email}.promotion_email_alerts`, 'One switch for every mail, the results too; a mail stops nothing.');
  book.change(`${email}.promotion_SMTP`, 'The certificate of the mail server is verified: see mail.ca.');
  book.change(
    `${email}.custom_property_name_stream_alert_on_publish`,
    'Only the value True alerts, not any value (words.yes).',
  );
  if (ownerMails === false)
    book.change(
      `${email}.email_UDC_attribute_exists`,
      'Owners got the results all the same; now they get no mail (ownerMails).',
    );
}

/** The old program always logged in, with the sender as account. */
function loginOf(book: ImportBook, user: string | undefined): { login?: Settings; password?: SecretRef } {
  const written = book.read(passwordKey, line);
  if (user === undefined) {
    book.drop(passwordKey, 'There is no account to use it with.');
    return {};
  }
  if (written === undefined) {
    book.look(passwordKey, 'There is no password that can be used, so Waybill does not log in.', 'mail');
    return {};
  }
  book.carry(`${email}.promotion_sender_email`, 'mail.login.user');
  book.carry(passwordKey, 'mail.login.password');
  const login = { user, password: book.placeholder(passwordKey, variable) };
  const text = decoded(written);
  const environment = text === undefined ? undefined : environmentLine(variable, text);
  const at = 'mail.login.password';
  if (text === undefined)
    book.look(passwordKey, 'It is not base64 of text, so it was not copied: set the variable yourself.', at);
  else if (environment === undefined)
    book.look(passwordKey, 'It holds control characters, so it was not copied: set the variable yourself.', at);
  else if (!environment.isForNode)
    book.look(
      passwordKey,
      "Because of an apostrophe beside other marks, systemd and shells read it from the environment file, but not Node's --env-file: set the variable yourself there.",
      at,
    );
  if (text === undefined || environment === undefined) return { login };
  return { login, password: secretFrom(`the password of ${passwordKey}`, async () => text) };
}

/** Text of UTF-8 in base64; undefined where it is none. */
function decoded(written: string): string | undefined {
  if (written.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(written)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(written, 'base64'));
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
