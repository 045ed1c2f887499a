import { shorten } from '../../mail/clean-text.ts';
import type { AlertTenant } from './alert.ts';
import { wordsOf } from './clean-log.ts';

/** Longer labels make no button that fits beside another; Slack takes 75 characters. */
const mostOfLabel = 60;
/** Ids have 24 to 36 characters (Qlik Cloud facts, section 1). */
const mostOfId = 100;

/** A button or a link: always an address that a browser opens. */
export interface Button {
  readonly label: string;
  readonly url: string;
}

/** The addresses of a tenant; empty where there is none, and never with a slash at the end. */
export function tenantLinks(tenant: AlertTenant) {
  const base = withoutSlash(tenant.url);
  return {
    tenant: base,
    qmc: withoutSlash(tenant.qmcUrl ?? ''),
    hub: withoutSlash(tenant.hubUrl ?? '') || base,
    // The address of an id that is none would fill the message.
    app: (appId: string) =>
      appId.length > mostOfId ? base : `${base}/sense/app/${encodeURIComponent(appId.toWellFormed())}`,
  };
}

/** The buttons of a message: management console, hub, the app, then the user's own links, as many as there is room. */
export function buttonsOf(tenant: AlertTenant, appId: string | undefined, mostLinks: number): Button[] {
  const links = tenantLinks(tenant);
  const all = [
    { label: 'Open QMC', url: links.qmc },
    { label: 'Open hub', url: links.hub },
    { label: 'Open app', url: appId === undefined ? '' : links.app(appId) },
    ...tenant.links.slice(0, mostLinks).map(({ linkText, url }) => ({
      label: shorten(wordsOf(linkText), mostOfLabel),
      url: wordsOf(url),
    })),
  ];
  return all.filter(({ label, url }) => label !== '' && isWebAddress(url));
}

/** Services refuse a whole message for one address that they cannot open, or that is longer than 3000 characters. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s"<>\\^`{|}]+$/i.test(url) && url.length <= 3000 && URL.canParse(url);
}

function withoutSlash(url: string): string {
  return wordsOf(url).replace(/\/+$/, '');
}
