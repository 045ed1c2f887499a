import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The unguessable part of a site's callback path, derived from the installation's secret. A callback is unsigned
 * (QRS facts, section 1), so this is what keeps strangers out; it says nothing about what is in the callback.
 */
export function callbackToken(installationSecret: string, site: string): string {
  return createHmac('sha256', installationSecret).update(`waybill callback ${site}`).digest('hex').slice(0, 40);
}

/** `<public address>/notify/<site>/<token>/<kind>`: where QRS is asked to call. */
export function callbackUrl(publicUrl: string, installationSecret: string, site: string, kind: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/notify/${site}/${callbackToken(installationSecret, site)}/${kind}`;
}

/** Whether a path's token is the site's; takes the same time for any wrong one. */
export function isCallbackToken(given: string, installationSecret: string, site: string): boolean {
  const right = Buffer.from(callbackToken(installationSecret, site));
  const offered = Buffer.from(given);
  return offered.length === right.length && timingSafeEqual(offered, right);
}
