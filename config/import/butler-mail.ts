import { z } from 'zod';
import { mailAddress, port } from '../setting.ts';
import { butlerAlert, commonOf, tagOf } from './butler-destinations.ts';
import { isSample, lookAtTemplate, takeAddresses, takeHandlebars } from './butler-values.ts';
import type { ImportBook } from './import-book.ts';
import { flag, type Settings, settled, text } from './import-values.ts';

const smtp = 'Butler.emailNotification.smtp';
const from = butlerAlert('email');

/** The mail server, and the destinations that send by it. */
export interface ImportedMail {
  readonly mail?: Settings;
  readonly destinations?: Settings;
}

/** Mails. They are switched on only where Butler sends them, and where there is a server and a sender. */
export function mailOf(source: ImportBook, name: string, isOn: boolean): ImportedMail {
  const server = serverOf(source);
  const sender = senderOf(source);
  const isAllowed = source.take('Butler.emailNotification.enable', 'mail.enabled', flag) ?? false;
  const wanted = isOn && source.read(`${from}.enable`, flag) === true;
  if (wanted && !isAllowed)
    source.look(
      'Butler.emailNotification.enable',
      'This is off, so Butler sends no mail, those of Qlik Cloud neither.',
      'mail',
    );
  const canSend = server?.['host'] !== undefined && sender !== undefined;
  if (wanted && isAllowed && !canSend)
    source.look(
      smtp,
      'Mails need a server (mail.host) and a sender (mail.from): set them, and switch mails on.',
      'mail',
    );
  const destinations = destinationsOf(source, name, isOn && isAllowed && canSend);
  const enabled = Object.values(destinations ?? {}).some((one) => (one as Settings)['enabled'] === true);
  if (enabled)
    source.look(
      'Butler.emailNotification.enable',
      'mail.enabled is the switch of the mails of promotions too, where this file has some.',
      'mail',
    );
  const rest = settled({ ...server, from: sender });
  return {
    ...(rest && { mail: { enabled, ...rest } }),
    ...(destinations && { destinations }),
  };
}

function serverOf(source: ImportBook): Settings | undefined {
  const host = source.take(`${smtp}.host`, 'mail.host', text);
  if (host !== undefined && isSample(host))
    source.look(`${smtp}.host`, "This is the example of Butler's template.", 'mail.host');
  return settled({
    host,
    port: source.take(`${smtp}.port`, 'mail.port', port()),
    tls: tlsOf(source),
    serverName: source.take(`${smtp}.tls.serverName`, 'mail.serverName', text),
    login: loginOf(source),
  });
}

function tlsOf(source: ImportBook): string | undefined {
  const take = (key: string): boolean | undefined => source.take(`${smtp}.${key}`, 'mail.tls', flag);
  const secure = take('secure');
  const required = take('tls.requireTLS') ?? false;
  const ignored = take('tls.ignoreTLS') ?? false;
  const verified = source.read(`${smtp}.tls.rejectUnauthorized`, flag);
  source.drop(`${smtp}.tls.rejectUnauthorized`, 'Waybill always verifies the certificate.');
  if (verified === false)
    source.look(
      `${smtp}.tls.rejectUnauthorized`,
      'Butler takes any certificate. If your own authority signed that of the mail server, name its PEM file in mail.ca.',
      'mail.tls',
    );
  const number = source.read(`${smtp}.port`, port());
  if (secure === true && (number === 25 || number === 587))
    source.look(`${smtp}.secure`, `Port ${number} usually begins in plain text: is it tls: starttls?`, 'mail.tls');
  if (secure === undefined && !required && !ignored) return undefined;
  if (secure === true) return 'implicit';
  if (required || ignored)
    source.change(
      `${smtp}.tls`,
      'Butler passes requireTLS and ignoreTLS on where nothing reads them; here they count.',
      'mail.tls',
    );
  if (ignored) return 'none';
  return required ? 'starttls' : 'opportunistic';
}

function loginOf(source: ImportBook): Settings | undefined {
  const auth = `${smtp}.auth`;
  const isOn = source.read(`${auth}.enable`, flag) ?? false;
  const user = source.read(`${auth}.user`, text);
  const isReal = user !== undefined && !isSample(user);
  if (!isOn || !isReal) {
    const why = isOn ? 'There is no account, or only an example of one.' : 'Signing in is switched off.';
    for (const key of ['enable', 'user', 'password']) source.drop(`${auth}.${key}`, why);
    return undefined;
  }
  const password = source.takeSecret(`${auth}.password`, 'mail.login.password', 'SMTP_PASSWORD');
  if (password === undefined) {
    for (const key of ['enable', 'user']) source.drop(`${auth}.${key}`, 'There is no password.');
    return undefined;
  }
  source.carry(`${auth}.enable`, 'mail.login');
  source.carry(`${auth}.user`, 'mail.login.user');
  return { user, password };
}

function senderOf(source: ImportBook): string | undefined {
  const sender = source.take(`${from}.fromAddress`, 'mail.from', z.string().trim().pipe(mailAddress()));
  if (sender !== undefined && /@ptarmiganlabs\.com>?$/i.test(sender))
    source.look(`${from}.fromAddress`, "This is the example of Butler's template.", 'mail.from');
  return sender;
}

/** One destination, or two where a tag counts for the recipients alone, as it does in Butler. */
function destinationsOf(source: ImportBook, name: string, isOn: boolean): Settings | undefined {
  if (!source.has(from)) return undefined;
  const at = `alerts.destinations.mail.${name}`;
  const recipients = takeAddresses(source, `${from}.recipients`, `${at}.recipients`) ?? [];
  const owner = ownerOf(source, at);
  if (recipients.length === 0 && owner?.['enabled'] !== true)
    return source.drop(from, 'Nobody would get the mails: there are no recipients, and owners get none.');
  const tag = tagOf(source, from, at);
  const shared = { ...commonOf(source, from, at, isOn), ...contentOf(source, at) };
  if (recipients.length === 0) {
    if (tag !== undefined)
      source.change(
        `${from}.alertEnableByTag.tag`,
        'The tag counts for recipients, of whom there are none: it was left out.',
        at,
      );
    return { [name]: settled({ ...shared, owner }) };
  }
  if (tag === undefined || owner?.['enabled'] !== true)
    return { [name]: settled({ ...shared, onlyTagged: tag, recipients, owner }) };
  source.change(
    `${from}.alertEnableByTag.tag`,
    'The tag counts for the recipients alone, so owners have a destination of their own. Who is both gets two mails.',
    at,
  );
  return {
    [name]: settled({ ...shared, onlyTagged: tag, recipients }),
    [`${name}-owners`]: settled({ ...shared, owner }),
  };
}

function ownerOf(source: ImportBook, at: string): Settings | undefined {
  const alert = `${from}.appOwnerAlert`;
  const enabled = source.take(`${alert}.enable`, `${at}.owner.enabled`, flag) ?? false;
  const isAll = source.take(`${alert}.includeOwner.includeAll`, `${at}.owner.only`, flag) ?? false;
  const included = takeAddresses(source, `${alert}.includeOwner.user`, `${at}.owner.only`) ?? [];
  const except = takeAddresses(source, `${alert}.excludeOwner.user`, `${at}.owner.except`) ?? [];
  if (isAll && included.length > 0)
    source.change(
      `${alert}.includeOwner.user`,
      'includeAll is on, so Butler does not look at this list; it was left out.',
      at,
    );
  if (enabled && !isAll && included.length === 0)
    source.look(`${alert}.includeOwner.user`, 'No owner is included, so owners get none: owner.enabled is off.', at);
  if (!source.has(alert)) return undefined;
  return settled({
    enabled: enabled && (isAll || included.length > 0),
    only: isAll || included.length === 0 ? undefined : included,
    except: except.length > 0 ? except : undefined,
  });
}

function contentOf(source: ImportBook, at: string): Settings {
  const priority = z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.enum(['high', 'normal', 'low']));
  return {
    subject: takeHandlebars(source, `${from}.subject`, `${at}.subject`),
    priority: source.take(`${from}.priority`, `${at}.priority`, priority),
    template: templateOf(source, `${at}.template`),
  };
}

/** Butler names the folder and the file without its ending. */
function templateOf(source: ImportBook, setting: string): string | undefined {
  const keys = [`${from}.bodyFileDirectory`, `${from}.htmlTemplateFile`] as const;
  const [folder, file] = keys.map((key) => source.read(key, text));
  if (folder === undefined || file === undefined || isSample(folder)) {
    const isExample = folder !== undefined && isSample(folder);
    const why = isExample
      ? "This is the example of Butler's template; Waybill's own mail is sent."
      : 'Folder and file belong together.';
    for (const key of keys) source.drop(key, why);
    return undefined;
  }
  for (const key of keys) source.carry(key, setting);
  const separator = folder.includes('\\') ? '\\' : '/';
  const template = `${folder.replace(/[\\/]+$/, '')}${separator}${file}.handlebars`;
  lookAtTemplate(source, keys[0], setting, template);
  return template;
}
