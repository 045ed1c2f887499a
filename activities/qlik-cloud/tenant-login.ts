import type { TenantConfig } from '../../config/types.ts';
import { waybillError } from '../../common/errors/catalogue.ts';
import { rememberSecret } from '../../common/known-secrets.ts';
import { tenantSetting } from './cloud-call.ts';
import type { AccessToken } from './answers.ts';

/** What proves to a tenant who asks. */
export interface TenantLogin {
  /** The setting that it comes from. */
  readonly setting: string;
  /** What goes behind `Bearer`. @throws WAYBILL_CONFIG_SECRET_MISSING; for OAuth also what the request for a token throws */
  bearer(signal: AbortSignal | undefined): Promise<string>;
  /** Told that the tenant refused this one; true when another may be had at once. */
  refused(bearer: string): boolean;
}

/** Asks the tenant for a token of its OAuth client. */
export type AskToken = (client: { readonly id: string; readonly secret: string }) => Promise<AccessToken>;

type Secret = NonNullable<TenantConfig['apiKey']>;

/** The login of a tenant: its API key, or else its OAuth client. */
export function createTenantLogin(tenant: TenantConfig, askToken: AskToken): TenantLogin {
  const { alias, apiKey, login } = tenant;
  if (apiKey) return keyLogin(apiKey, tenantSetting(alias, 'apiKey'), tenant);
  if (login) return tokenLogin(login, tenantSetting(alias, 'login'), askToken);
  const setting = tenantSetting(alias, 'login');
  return {
    setting,
    bearer: () => Promise.reject(unusable(tenant, setting, 'neither apiKey nor login is set')),
    refused: () => false,
  };
}

/** Read anew for every call, so that a new key counts at once. */
function keyLogin(apiKey: Secret, setting: string, tenant: TenantConfig): TenantLogin {
  return {
    setting,
    async bearer() {
      const key = (await apiKey.resolve()).trim();
      if (!/^[\x21-\x7e]+$/.test(key)) throw unusable(tenant, setting, 'it holds characters that no API key has');
      return key;
    },
    refused: () => false,
  };
}

/** A token is renewed when this much of its time is left, so that none runs out on its way; of a short one, a tenth. */
const renewBeforeMs = 60_000;
/** Where the tenant does not say how long a token is good for. */
const assumedLifetimeMs = 300_000;

function tokenLogin(
  client: { readonly clientId: string; readonly clientSecret: Secret },
  setting: string,
  askToken: AskToken,
): TenantLogin {
  let known: { readonly bearer: string; readonly renewAtMs: number } | undefined;
  let asking: Promise<string> | undefined;

  const ask = async (): Promise<string> => {
    const secret = (await client.clientSecret.resolve()).trim();
    const askedAtMs = performance.now();
    const token = await askToken({ id: client.clientId, secret });
    rememberSecret(token.access_token);
    const lifetimeMs = token.expires_in === undefined ? assumedLifetimeMs : token.expires_in * 1000;
    const renewAtMs = askedAtMs + lifetimeMs - Math.min(renewBeforeMs, lifetimeMs / 10);
    known = { bearer: token.access_token, renewAtMs };
    return token.access_token;
  };

  return {
    setting,
    async bearer(signal) {
      if (known && performance.now() < known.renewAtMs) return known.bearer;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return unlessAborted(asking, signal);
    },
    refused(bearer) {
      // Another call may have got a new one meanwhile.
      if (known?.bearer === bearer) known = undefined;
      return true;
    },
  };
}

/** Others may wait for the same token: a caller that gives up leaves, and the request goes on. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason as Error);
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function unusable({ alias, url }: TenantConfig, setting: string, reply: string) {
  const facts = { tenant: alias, host: new URL(url).host, doing: 'log in', setting, reply };
  return waybillError('WAYBILL_CLOUD_LOGIN', facts);
}
