/** What every app under a staging name begins with. */
export const STAGING_PREFIX = '~waybill/';

/**
 * `~waybill/<installation>/<key>/<site>/<n>`: the name under which an app stands until it is published. It tells the
 * sweep whose it is, so that two Waybills on one site never touch each other's.
 */
export function stagingName(installation: string, promotionKey: string, site: string, number: number): string {
  return `${STAGING_PREFIX}${installation}/${promotionKey}/${site}/${number}`;
}

/** What the staging names of one installation begin with. */
export function stagingPrefixOf(installation: string): string {
  return `${STAGING_PREFIX}${installation}/`;
}

/** The promotion key in a staging name of this installation; undefined for any other name. */
export function promotionKeyIn(name: string, installation: string): string | undefined {
  const prefix = stagingPrefixOf(installation);
  return name.startsWith(prefix) ? name.slice(prefix.length).split('/')[0] : undefined;
}
