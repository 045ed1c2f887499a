import { hubLink, qmcLink } from '../../common/site-links.ts';
import type { Config } from '../../config/types.ts';
import { type Html, html } from './html.ts';

type Sites = Pick<Config, 'sites'>;

/** The page of a promotion. */
export function promotionHref(promotionKey: string): string {
  return `/promotions/${encodeURIComponent(promotionKey)}`;
}

/** The page of an app: what waits there, else its latest promotion. */
export function appHref(site: string, appId: string): string {
  return `/apps/${encodeURIComponent(site)}/${encodeURIComponent(appId)}`;
}

/** Where an app stands, and every file of it that was kept. */
export function appHistoryHref({ site, appName }: { readonly site: string; readonly appName: string }): string {
  return `/apps/history?${new URLSearchParams({ site, name: appName }).toString()}`;
}

/** How people call a site; its alias where it is not configured any more. */
export function siteName({ sites }: Sites, alias: string): string {
  return sites[alias]?.label ?? alias;
}

/** An app in the hub of its site; only its words where the site is not configured any more. */
export function inHub({ sites }: Sites, site: string, appId: string, words = 'in the hub'): Html {
  const known = sites[site];
  return known ? outside(hubLink(known, appId), words) : html`<span>${words}</span>`;
}

/** The QMC of a site; nothing where the site is not configured any more. */
export function inQmc({ sites }: Sites, site: string): Html | undefined {
  const known = sites[site];
  return known && outside(qmcLink(known), 'QMC');
}

/** A link that leaves the console. */
export function outside(href: string, words: string): Html {
  return html`<a href=${href} rel="noreferrer" target="_blank">${words}<span class="hidden"> (opens a new tab)</span></a>`;
}
