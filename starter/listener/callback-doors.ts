import { callbackToken, isCallbackToken } from '../../common/callback-url.ts';
import { rememberSecret } from '../../common/known-secrets.ts';
import type { Config } from '../../config/types.ts';

/** What QRS can be asked to tell (QRS facts, section 1). */
const kinds: ReadonlySet<string> = new Set(['add', 'update', 'delete']);

/** The parts of a callback's path, as they came. */
export interface CallbackPath {
  readonly site: string;
  readonly token: string;
  readonly kind: string;
}

/** `closed` says nothing about why; `wrongToken` is for the log alone. */
export type Admission = 'open' | 'closed' | 'wrongToken';

/** The sites that call back, those with `watch: callback`. */
export function callbackSites(config: Pick<Config, 'sources'>): string[] {
  return Object.values(config.sources)
    .filter(({ watch }) => watch === 'callback')
    .map(({ alias }) => alias);
}

/**
 * Tells whether a path leads to a site that calls back. An unknown site costs the same time as a wrong token. The
 * tokens are masked in every log line from then on.
 * @throws WAYBILL_CONFIG_SECRET_MISSING, WAYBILL_CONFIG_SECRET_NOT_KEPT
 */
export async function callbackDoors(
  config: Pick<Config, 'sources' | 'installation'>,
): Promise<(path: CallbackPath) => Admission> {
  const secret = await config.installation.secret.resolve();
  const sites: ReadonlySet<string> = new Set(callbackSites(config));
  for (const site of sites) rememberSecret(callbackToken(secret, site));
  return ({ site, token, kind }) => {
    const isRight = isCallbackToken(token, secret, site);
    if (!sites.has(site)) return 'closed';
    if (!isRight) return 'wrongToken';
    return kinds.has(kind) ? 'open' : 'closed';
  };
}
