import { z } from 'zod';
import { isSample, takeUrl } from './butler-values.ts';
import type { ImportBook } from './import-book.ts';
import { flag, type Settings, settled, text } from './import-values.ts';

export const butlerTenant = 'Butler.qlikSenseCloud.event.mqtt.tenant';

/** A tenant with the alias it got; what nobody can do without has a stand-in, which is noted. */
export interface ImportedTenant {
  readonly alias: string;
  readonly settings: Settings;
}

export function tenantOf(source: ImportBook): ImportedTenant {
  const written = source.read(`${butlerTenant}.tenantUrl`, text);
  const alias = aliasOf(written);
  const at = `alerts.tenants.${alias}`;
  const url = takeUrl(source, `${butlerTenant}.tenantUrl`, `${at}.url`);
  if (url === undefined)
    source.look(
      `${butlerTenant}.tenantUrl`,
      'No address of the tenant could be carried over: write it here.',
      `${at}.url`,
    );
  const settings = settled({
    id: idOf(source, `${at}.id`),
    url: url ?? 'https://tenant.invalid',
    comment: source.take(`${butlerTenant}.comment`, `${at}.comment`, text),
    apiKey: apiKeyOf(source, `${at}.apiKey`),
    ...consolesOf(source, at),
    links: linksOf(source, `${at}.links`),
  });
  source.change(butlerTenant, 'Butler knows this one tenant. Waybill takes several: add them beside it.', at);
  return { alias, settings: settings ?? {} };
}

/** The first part of the tenant's host, where an alias can be made of it. */
function aliasOf(address: string | undefined): string {
  const host = address !== undefined && URL.canParse(address) ? new URL(address).hostname : '';
  const alias = host.split('.')[0]?.toLowerCase() ?? '';
  return /^[a-z0-9][a-z0-9-]{0,30}$/.test(alias) ? alias : 'cloud';
}

function idOf(source: ImportBook, setting: string): string {
  const key = `${butlerTenant}.id`;
  const id = source.take(key, setting, text);
  if (id === undefined) source.look(key, 'No id of the tenant could be carried over: write it here.', setting);
  else if (!/^[\w-]+$/.test(id))
    source.look(
      key,
      'This does not look like the id of a tenant, which has letters, digits, - and _ only: see About in its hub.',
      setting,
    );
  return id ?? 'unknown';
}

function apiKeyOf(source: ImportBook, setting: string): string {
  const kind = `${butlerTenant}.authType`;
  const key = `${butlerTenant}.auth.jwt.token`;
  const method = source.take(kind, setting, text);
  if (method !== undefined && method.toLowerCase() !== 'jwt')
    source.look(kind, 'Butler knows only jwt. Which way does it sign in?', setting);
  source.look(
    key,
    'It has to be an API key of an account that sees all apps and their reloads; login takes an OAuth client in its place.',
    setting,
  );
  return source.takeSecret(key, setting, 'QLIK_API_KEY') ?? source.placeholder(key, 'QLIK_API_KEY');
}

/** Links to the console and the hub. Butler's template has them the wrong way round, and Waybill knows the tenant's own. */
function consolesOf(source: ImportBook, at: string): Settings {
  const keys = { qmc: `${butlerTenant}.qlikSenseUrls.qmc`, hub: `${butlerTenant}.qlikSenseUrls.hub` };
  const [qmc, hub] = [source.read(keys.qmc, text), source.read(keys.hub, text)];
  if (isSampleTenant(qmc) || isSampleTenant(hub)) {
    for (const key of [keys.qmc, keys.hub])
      source.drop(
        key,
        "This is the example of Butler's template, with both the wrong way round; the tenant's own are linked.",
      );
    return {};
  }
  const isSwapped = looksLikeHub(qmc) && looksLikeConsole(hub);
  if (isSwapped) {
    for (const key of [keys.qmc, keys.hub])
      source.change(key, "They were the wrong way round, as in Butler's template; they were exchanged.", at);
  } else if (looksLikeHub(qmc))
    source.look(keys.qmc, 'This looks like the hub, not like the management console.', `${at}.qmcUrl`);
  else if (looksLikeConsole(hub))
    source.look(keys.hub, 'This looks like the management console, not like the hub.', `${at}.hubUrl`);
  const [from, to] = isSwapped ? [keys.hub, keys.qmc] : [keys.qmc, keys.hub];
  return { qmcUrl: takeUrl(source, from, `${at}.qmcUrl`), hubUrl: takeUrl(source, to, `${at}.hubUrl`) };
}

function isSampleTenant(address: string | undefined): boolean {
  return /^https:\/\/(my)?tenant\.region\.qlikcloud\.com\b/i.test(address ?? '');
}

function looksLikeHub(address: string | undefined): boolean {
  return /\/(analytics|hub)(\/|$)/i.test(address ?? '');
}

function looksLikeConsole(address: string | undefined): boolean {
  return /\/(admin|console|qmc)(\/|$)/i.test(address ?? '');
}

/** Butler's own links, by what they say. */
function linksOf(source: ImportBook, setting: string): Settings | undefined {
  const key = 'Butler.genericUrls';
  const entries = source.read(key, z.array(z.unknown()).max(200));
  const links: Settings = {};
  for (let index = 0; index < (entries?.length ?? 0); index += 1) {
    const one = `${key}[${index}]`;
    const says = source.read(`${one}.linkText`, text) ?? source.read(`${one}.id`, text);
    const url = takeUrl(source, `${one}.url`, setting);
    if (says !== undefined && url !== undefined) {
      links[freeName(says, links)] = url;
      source.carry(`${one}.linkText`, setting);
    } else source.drop(`${one}.linkText`, 'Its link was not carried over.');
    for (const name of ['id', 'comment'])
      source.drop(`${one}.${name}`, 'A link of Waybill has its text and its address alone.');
  }
  return settled(links);
}

function freeName(name: string, taken: Settings): string {
  let free = name;
  for (let number = 2; Object.hasOwn(taken, free); number += 1) free = `${name} (${number})`;
  return free;
}

/** Whole script logs on disk. */
export function scriptLogsOf(source: ImportBook): Settings | undefined {
  const from = 'Butler.scriptLog.storeOnDisk.qsCloud.appReloadFailure';
  const folder = source.read(`${from}.logDirectory`, text);
  const isExample = folder !== undefined && isSample(folder);
  if (isExample) source.drop(`${from}.logDirectory`, "This is the example of Butler's template.");
  else if (folder !== undefined) source.carry(`${from}.logDirectory`, 'alerts.scriptLogs.folder');
  const enabled = source.take(`${from}.enable`, 'alerts.scriptLogs.enabled', flag);
  const settings = settled({ enabled, folder: isExample ? undefined : folder });
  if (settings?.['folder'] !== undefined)
    source.change(
      `${from}.logDirectory`,
      'Logs are removed after 90 days (keepFor; 0 = never). A relative folder is taken from dataFolder.',
      'alerts.scriptLogs.folder',
    );
  return settings;
}
