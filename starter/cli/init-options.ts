import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import { placeholdersIn } from '../../config/placeholders.ts';
import { alias as aliasSchema, hostName } from '../../config/sections/sites.ts';
import type { Approvers, SiteAnswer } from '../../setup/settings.ts';

/** The options of `waybill init` as they are written. */
export interface InitOptions {
  readonly config?: string;
  readonly source?: string;
  readonly target?: readonly string[];
  readonly certificates?: readonly string[];
  readonly certificatePassword?: readonly string[];
  readonly serverName?: readonly string[];
  readonly user?: readonly string[];
  readonly stream?: readonly string[];
  readonly afterPromotion?: string;
  readonly approver?: readonly string[];
  readonly ownerMayApprove?: string;
  readonly promoteOnReload?: string;
  readonly securityRules?: string;
  readonly dryRun?: boolean;
  readonly undo?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What the options say of one site. */
export type GivenSite = { readonly alias: string } & Partial<Omit<SiteAnswer, 'alias'>>;

/** The source and the targets that options name. `folder`: relative certificate folders are taken from there. */
export interface GivenSites {
  readonly source?: GivenSite;
  readonly targets: readonly GivenSite[];
  /** What options say of a site that they do not name as source or target. */
  of(alias: string): GivenSite;
}

/** @throws WAYBILL_SETUP_ANSWER_WRONG, WAYBILL_SETUP_SECRET_IN_PLAIN_TEXT */
export function givenSites(options: InitOptions, folder: string): GivenSites {
  const details = detailsOf(options, folder);
  const of = (alias: string): GivenSite => ({ ...details.get(alias), alias });
  const [source] = options.source === undefined ? [] : [placeOf('--source', options.source)];
  const targets = (options.target ?? []).map((text) => placeOf('--target', text));
  const known = new Set([source, ...targets].map((one) => one?.alias));
  if (known.size < targets.length + (source ? 1 : 0)) {
    const [twice = ''] = [source, ...targets].flatMap((one, index, all) =>
      one && all.findIndex((other) => other?.alias === one.alias) < index ? [one.alias] : [],
    );
    throw wrong('--target', twice, 'this alias is named twice');
  }
  const whole = (place: GivenSite): GivenSite => ({ ...of(place.alias), ...place });
  return { ...(source && { source: whole(source) }), targets: targets.map(whole), of };
}

/** `dev=qlik-dev.company.com` or `dev=qlik-dev.company.com:4242`. */
function placeOf(flag: string, text: string): GivenSite {
  const [alias, place] = pairOf(flag, text);
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(place) ?? [];
  const fault = wrongHost(host) ?? (port === undefined ? undefined : wrongPort(port));
  if (fault !== undefined) throw wrong(flag, text, fault);
  return { alias, host, ...(port !== undefined && { port: Number(port) }) };
}

function detailsOf(options: InitOptions, folder: string): Map<string, Partial<SiteAnswer>> {
  const details = new Map<string, Partial<SiteAnswer>>();
  const add = (
    flag: string,
    texts: readonly string[] | undefined,
    read: (value: string) => Partial<SiteAnswer>,
  ): void => {
    for (const text of texts ?? []) {
      const [alias, value] = pairOf(flag, text);
      details.set(alias, { ...details.get(alias), ...read(value) });
    }
  };
  add('--certificates', options.certificates, (value) => ({ certificates: path.resolve(folder, value) }));
  add('--server-name', options.serverName, (serverName) => ({ serverName }));
  add('--user', options.user, (value) => {
    const fault = wrongAccount(value);
    if (fault !== undefined) throw wrong('--user', value, fault);
    return { user: accountOf(value) };
  });
  add('--certificate-password', options.certificatePassword, (certificatePassword) => {
    const [only] = placeholdersIn(certificatePassword);
    if (only === certificatePassword) return { certificatePassword };
    throw waybillError('WAYBILL_SETUP_SECRET_IN_PLAIN_TEXT', { flag: '--certificate-password' });
  });
  return details;
}

function pairOf(flag: string, text: string): [alias: string, value: string] {
  const at = text.indexOf('=');
  const [alias, value] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (at < 1 || value === '') throw wrong(flag, text, `it is written ${flag} <alias>=<value>`);
  const fault = wrongAlias(alias);
  if (fault !== undefined) throw wrong(flag, text, fault);
  return [alias, value];
}

/** What is wrong with an alias. */
export function wrongAlias(text: string): string | undefined {
  return aliasSchema.safeParse(text).error?.issues[0]?.message;
}

/** What is wrong with the name of a server. */
export function wrongHost(text: string): string | undefined {
  return hostName.safeParse(text).error?.issues[0]?.message;
}

/** What is wrong with a port. */
export function wrongPort(text: string): string | undefined {
  const isPort = /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
  return isPort ? undefined : 'expected a port from 1 to 65535';
}

/** What is wrong with an account. */
export function wrongAccount(text: string): string | undefined {
  return /^[^\\]+\\.+$/.test(text) ? undefined : String.raw`expected an account as DIRECTORY\user`;
}

/** `DIRECTORY\user` taken apart. */
export function accountOf(text: string): SiteAnswer['user'] {
  const at = text.indexOf('\\');
  return { directory: text.slice(0, at), id: text.slice(at + 1) };
}

const groupMark = 'group:';

/** `anyone`, or accounts and groups, as they are written. @throws WAYBILL_SETUP_ANSWER_WRONG */
export function approversOf(texts: readonly string[]): Approvers {
  if (texts.length === 1 && texts[0] === 'anyone') return 'anyone';
  const groups = texts.filter((text) => text.startsWith(groupMark)).map((text) => text.slice(groupMark.length));
  const users = texts.filter((text) => !text.startsWith(groupMark));
  const fault = wrongApprovers(texts);
  if (fault !== undefined) throw wrong('--approver', texts.join(' '), fault);
  return { users, groups };
}

/** What is wrong with the approvers. */
export function wrongApprovers(texts: readonly string[]): string | undefined {
  if (texts.length === 1 && texts[0] === 'anyone') return undefined;
  const isRight = (text: string): boolean =>
    text.startsWith(groupMark) ? text.length > groupMark.length : wrongAccount(text) === undefined;
  const isAll = texts.length > 0 && texts.every(isRight);
  return isAll
    ? undefined
    : String.raw`expected the word anyone, or accounts as DIRECTORY\user and groups as group:Name`;
}

/** As `--approver` is written. */
export function approverTexts(approvers: Approvers): readonly string[] {
  if (approvers === 'anyone') return ['anyone'];
  return [...approvers.users, ...approvers.groups.map((group) => `${groupMark}${group}`)];
}

function wrong(flag: string, value: string, reason: string) {
  return waybillError('WAYBILL_SETUP_ANSWER_WRONG', { flag, value, reason });
}
