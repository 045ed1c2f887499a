import { waybillError } from '../../../common/errors/catalogue.ts';
import type { OidcConfig } from '../../../config/types.ts';
import type { Claims } from './identity-provider.ts';

/** Somebody as the identity provider tells. */
export interface KnownPerson {
  /** Issuer and what that calls the person: the only thing that never changes. */
  readonly subject: string;
  readonly name: string;
  readonly displayName: string;
  /** As `DIR\user`. */
  readonly account: string;
  readonly groups: readonly string[];
}

type ClaimSettings = Pick<OidcConfig, 'nameClaim' | 'displayNameClaim' | 'account' | 'groupsClaim'>;

const MOST_CHARACTERS = 200;
const place = /\{([^{}]+?)(?: before (\S))?\}/g;

/** The claims that are needed. */
export function wantedClaims({ nameClaim, displayNameClaim, account, groupsClaim }: ClaimSettings): string[] {
  return [nameClaim, displayNameClaim, groupsClaim, ...[...account.matchAll(place)].map(([, claim = '']) => claim)];
}

/**
 * Who somebody is by the claims of the provider. `contact`: whom he asks when they say too little.
 * @throws WAYBILL_CONSOLE_CLAIM_UNUSABLE with the claim and the setting that asks for it
 */
export function knownPerson(settings: ClaimSettings, claims: Claims, contact: string): KnownPerson {
  const fail = (reason: string, setting: string): never => {
    throw waybillError('WAYBILL_CONSOLE_CLAIM_UNUSABLE', { reason, setting: `console.oidc.${setting}`, contact });
  };
  const textOf = (claim: string, setting: string): string => {
    const value = claims[claim];
    if (typeof value !== 'string' || value.trim() === '') return fail(`the claim ${claim} is missing`, setting);
    if (value.length > MOST_CHARACTERS || /\p{Cc}/u.test(value))
      return fail(`the claim ${claim} cannot be a name`, setting);
    return value.trim();
  };
  const name = textOf(settings.nameClaim, 'nameClaim').toLowerCase();
  const account = settings.account.replaceAll(place, (_, claim: string, end: string | undefined) => {
    const [before = '', ...rest] = textOf(claim, 'account').split(end ?? '\0');
    if (before === '' || (end !== undefined && rest.length === 0))
      return fail(`the claim ${claim} has nothing before ${end}`, 'account');
    return before;
  });
  if (!/^[^\\\s]+\\[^\\]+$/.test(account)) fail(`${account} is no account such as COMPANY\\anna`, 'account');
  return {
    subject: `${claims.iss} ${claims.sub}`,
    name,
    displayName: displayNameOf(claims[settings.displayNameClaim]) ?? name,
    account,
    groups: groupsOf(settings, claims, fail),
  };
}

function displayNameOf(claim: unknown): string | undefined {
  if (typeof claim !== 'string') return undefined;
  return (
    claim
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, MOST_CHARACTERS) || undefined
  );
}

function groupsOf(
  { groupsClaim }: ClaimSettings,
  claims: Claims,
  fail: (reason: string, setting: string) => never,
): string[] {
  const groups = claims[groupsClaim];
  if (groups === undefined) {
    // What Entra ID sends in place of more groups than fit.
    const elsewhere = claims['_claim_names'] as Record<string, unknown> | undefined;
    if (elsewhere?.[groupsClaim] === undefined) return [];
    return fail('you are in more groups than it sends; let it send only those of this application', 'groupsClaim');
  }
  const list: unknown[] = Array.isArray(groups) ? groups : [groups];
  return list.filter((group) => typeof group === 'string');
}
