import { readFile } from 'node:fs/promises';
import * as oidc from 'openid-client';
import { Agent, fetch as fetchBy } from 'undici';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { waybillError } from '../../../common/errors/catalogue.ts';
import type { OidcConfig } from '../../../config/types.ts';
import { reasonOf } from './reason-of.ts';

/** How long an answer of the provider is waited for, in seconds. */
const TIMEOUT_SECONDS = 10;
/** A provider that was away is not asked again at once: a page that is opened often would wait each time. */
const ASK_AGAIN_MS = 5000;
/** How long the sign-in page waits to tell whether the provider is there. */
const GLANCE_MS = 1500;

/** What ties the answer of the provider to the browser that asked. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  /** Proves to the provider that whoever brings the code is who asked for it (PKCE). */
  readonly verifier: string;
}

export type Claims = Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string };

/** The identity provider, asked when somebody signs in and not before. */
export interface IdentityProvider {
  /** Why it cannot be used at the moment; `undefined` where it can, or is still being asked. */
  trouble(): Promise<string | undefined>;
  /** Where the browser goes to sign in, and what is to be kept meanwhile. @throws WAYBILL_CONSOLE_PROVIDER_AWAY */
  begin(backUrl: string): Promise<{ readonly url: string; readonly flow: Flow }>;
  /**
   * What the provider says of whoever came back to `cameBackTo`. Never twice for the same code.
   * @throws WAYBILL_CONSOLE_PROVIDER_AWAY, what openid-client throws where something was forged, replayed or refused
   */
  finish(cameBackTo: URL, flow: Flow, wanted: readonly string[]): Promise<Claims>;
}

/** Gives the provider of the settings in force: the same one for as long as they are the same. */
export function latestProvider(): (settings: OidcConfig | undefined) => IdentityProvider | undefined {
  let latest: { readonly settings: OidcConfig; readonly provider: IdentityProvider } | undefined;
  return (settings) => {
    if (settings && latest?.settings !== settings) latest = { settings, provider: identityProvider(settings) };
    return settings && latest?.provider;
  };
}

/** Makes the provider of `console.oidc`. What it says of itself is read at first use, and again after that failed. */
export function identityProvider(settings: OidcConfig): IdentityProvider {
  const discovered = discoveredOnce(settings);
  return {
    async trouble() {
      const glance = AbortSignal.timeout(GLANCE_MS);
      const enough = new Promise<undefined>((resolve) => {
        glance.addEventListener('abort', () => resolve(undefined), { once: true });
      });
      const asked = discovered().then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      return Promise.race([asked, enough]);
    },

    async begin(backUrl) {
      const client = await discovered();
      const flow = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
      const url = oidc.buildAuthorizationUrl(client, {
        redirect_uri: backUrl,
        scope: settings.scopes.join(' '),
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, flow };
    },

    async finish(cameBackTo, { state, nonce, verifier }, wanted) {
      const client = await discovered();
      const tokens = await oidc.authorizationCodeGrant(client, cameBackTo, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('an expected nonce, and no ID token: openid-client does not let this through');
      if (wanted.every((name) => name in claims) || client.serverMetadata().userinfo_endpoint === undefined)
        return claims;
      // Some providers put into the ID token only who it is, and tell the rest here.
      return { ...(await oidc.fetchUserInfo(client, tokens.access_token, claims.sub)), ...claims };
    },
  };
}

function discoveredOnce(settings: OidcConfig): () => Promise<oidc.Configuration> {
  let found: Promise<oidc.Configuration> | undefined;
  let failedAtMs: number | undefined;
  return () => {
    if (failedAtMs !== undefined && Date.now() - failedAtMs > ASK_AGAIN_MS)
      [found, failedAtMs] = [undefined, undefined];
    found ??= discover(settings).catch((error: unknown) => {
      failedAtMs = Date.now();
      throw error;
    });
    return found;
  };
}

async function discover({ issuer, clientId, clientSecret, ca }: OidcConfig): Promise<oidc.Configuration> {
  try {
    const server = new URL(issuer);
    const execute = [
      oidc.enableNonRepudiationChecks,
      // The configuration allows this on this machine alone.
      ...(server.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
    ];
    return await oidc.discovery(server, clientId, await clientSecret.resolve(), undefined, {
      timeout: TIMEOUT_SECONDS,
      execute,
      ...(ca === undefined ? {} : { [oidc.customFetch]: await fetchTrusting(ca) }),
    });
  } catch (cause) {
    if (isWaybillError(cause)) throw cause;
    throw waybillError('WAYBILL_CONSOLE_PROVIDER_AWAY', { issuer, reason: reasonOf(cause) }, { cause });
  }
}

/** Requests that trust the authority of a PEM file, and no other. */
async function fetchTrusting(ca: string): Promise<oidc.CustomFetch> {
  const dispatcher = new Agent({ connect: { ca: await readFile(ca, 'utf8') } });
  const ask = async (url: string, options: object): Promise<unknown> => fetchBy(url, { ...options, dispatcher });
  return ask as unknown as oidc.CustomFetch;
}
