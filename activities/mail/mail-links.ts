import { hubLink } from '../../common/site-links.ts';
import type { MailContext } from './mail-settings.ts';

/**
 * The address of an app under its site's public name, or null where the site is not configured.
 * Same shape as the old program's: `https://<host>/sense/app/<id>` (seed facts, section 7).
 */
export function appLink(config: MailContext, site: string, appId: string): string | null {
  const known = config.sites[site];
  return known === undefined ? null : hubLink(known, appId);
}

/** The console's page of an app: what waits there, else its latest promotion. Null without a console. */
export function promotionLink(config: MailContext, site: string, appId: string): string | null {
  return under(config, `/apps/${encodeURIComponent(site)}/${encodeURIComponent(appId)}`);
}

/** The console's page where an app is decided about, or null without a console. Opening it decides nothing. */
export function decideLink(config: MailContext, site: string, appId: string): string | null {
  return under(config, `/apps/${encodeURIComponent(site)}/${encodeURIComponent(appId)}/decide`);
}

/** The console's page of one promotion, or null without a console. */
export function promotionKeyLink(config: MailContext, promotionKey: string): string | null {
  return under(config, `/promotions/${encodeURIComponent(promotionKey)}`);
}

/**
 * The console's first page, or null without a console: as `mail.consoleUrl` says, else where the console is open to other
 * machines.
 */
export function consoleBase({ mail, console }: MailContext): string | null {
  const url = mail.consoleUrl ?? (console.enabled && !isLoopback(console.publicUrl) ? console.publicUrl : undefined);
  return url !== undefined && /^https?:\/\//i.test(url) ? url.replace(/\/+$/, '') : null;
}

/** How people call a site; its alias where it is not configured (any more). */
export function siteLabel(config: MailContext, site: string): string {
  return config.sites[site]?.label ?? site;
}

function under(config: MailContext, path: string): string | null {
  const base = consoleBase(config);
  return base === null ? null : `${base}${path}`;
}

/** An address that leads everybody to his own machine. */
function isLoopback(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}
