/** How people reach a site. */
export interface PublicSite {
  readonly publicHost: string;
  readonly publicPort?: number | undefined;
  readonly publicPrefix: string;
}

/** An app in the hub: `https://<host>/<prefix>/sense/app/<id>`. */
export function hubLink(site: PublicSite, appId: string): string {
  return `${baseOf(site)}/sense/app/${encodeURIComponent(appId)}`;
}

/** The management console of a site. It has no documented address for a single app. */
export function qmcLink(site: PublicSite): string {
  return `${baseOf(site)}/qmc`;
}

function baseOf({ publicHost, publicPort, publicPrefix }: PublicSite): string {
  const port = publicPort === undefined || publicPort === 443 ? '' : `:${publicPort}`;
  const prefix = publicPrefix.replaceAll(/^\/+|\/+$/g, '');
  return `https://${publicHost}${port}${prefix === '' ? '' : `/${prefix}`}`;
}
