import type { MailContext } from './mail-settings.ts';

/**
 * The address of an app under its site's public name, or null where the site is not configured.
 * Same shape as the old program's: `https://<host>/sense/app/<id>` (seed facts, section 7).
 */
export function appLink(config: MailContext, site: string, appId: string): string | null {
  const known = config.sites[site];
  if (known === undefined) return null;
  const port = known.publicPort === undefined || known.publicPort === 443 ? '' : `:${known.publicPort}`;
  const prefix = known.publicPrefix.replaceAll(/^\/+|\/+$/g, '');
  const path = prefix === '' ? '' : `/${prefix}`;
  return `https://${known.publicHost}${port}${path}/sense/app/${encodeURIComponent(appId)}`;
}

/** The console's page of one app's promotion, or null without a console. Opening it decides nothing. */
export function promotionLink(config: MailContext, site: string, appId: string): string | null {
  const base = consoleBase(config);
  return base === null ? null : `${base}/promotion/${encodeURIComponent(site)}/${encodeURIComponent(appId)}`;
}

/** The console's first page, or null without a console. */
export function consoleBase(config: MailContext): string | null {
  const url = config.mail.consoleUrl;
  return url !== undefined && /^https?:\/\//i.test(url) ? url.replace(/\/+$/, '') : null;
}

/** How people call a site; its alias where it is not configured (any more). */
export function siteLabel(config: MailContext, site: string): string {
  return config.sites[site]?.label ?? site;
}
