import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import type { CertificateFiles } from '../../sandbox/qrs/certificates.ts';

export const CLIENT_SECRET = 'the secret of the client in tests';

/** Somebody as the provider knows him. */
export interface Account {
  /** What never changes; default the name. */
  readonly sub?: string;
  readonly name: string;
  readonly displayName?: string;
  readonly groups?: readonly string[];
}

/** An identity provider on this machine, the one of the package oidc-provider. */
export interface ProviderWorld {
  readonly issuer: string;
  /** Whom it signs in from now on; nobody: it refuses. */
  signsIn(account: Account | undefined): void;
  /** From now on it sends people back to a console here. Before, it answers nothing of use. */
  serve(redirectUri: string): void;
  /** Nothing listens there any more, until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export interface ProviderOptions {
  /** Whether everything stands in the ID token; else it is asked for at userinfo. */
  readonly isAllInIdToken?: boolean;
  /** Given: it speaks TLS, with the server's pair of these. */
  readonly certificates?: CertificateFiles;
}

/** Starts a provider that signs in without asking anything. */
export async function startProvider({
  isAllInIdToken = false,
  certificates,
}: ProviderOptions = {}): Promise<ProviderWorld> {
  let current: Account | undefined;
  let provider: Provider | undefined;
  const accounts = new Map<string, Account>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!provider) response.writeHead(503).end('not yet');
    else if (!request.url?.startsWith('/interaction/')) await provider.callback()(request, response);
    else if (!current) await provider.interactionFinished(request, response, { error: 'access_denied' });
    else await provider.interactionFinished(request, response, { login: { accountId: current.sub ?? current.name } });
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response);
  const listen = async (port: number): Promise<Server> => {
    const server = certificates ? createTlsServer(pairOf(certificates), listener) : createServer(listener);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return server;
  };
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `${certificates ? 'https' : 'http'}://127.0.0.1:${port}`;
  const goAway = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    issuer,
    signsIn(account) {
      current = account;
      if (account) accounts.set(account.sub ?? account.name, account);
    },
    serve(redirectUri) {
      provider = new Provider(issuer, configuration(redirectUri, accounts, isAllInIdToken));
    },
    goAway,
    async comeBack() {
      server = await listen(port);
    },
    close: goAway,
  };
}

function pairOf({ server, serverKey }: CertificateFiles): { readonly cert: Buffer; readonly key: Buffer } {
  return { cert: readFileSync(server), key: readFileSync(serverKey) };
}

interface GrantContext {
  readonly oidc: {
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
    readonly provider: { readonly Grant: new (facts: object) => Grant };
  };
}

interface Grant {
  addOIDCScope(scope: string): void;
  save(): Promise<string>;
}

function configuration(redirectUri: string, accounts: ReadonlyMap<string, Account>, isAllInIdToken: boolean): object {
  return {
    clients: [{ client_id: 'waybill', client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] }],
    claims: { profile: ['preferred_username', 'name', 'samaccountname', 'groups'] },
    conformIdTokenClaims: !isAllInIdToken,
    cookies: { keys: ['a key of tests'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { readonly uid: string }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => claimsOf(accountId, accounts) }),
    // Nobody is asked whether Waybill may know him.
    async loadExistingGrant({ oidc }: GrantContext) {
      const { client, session, provider } = oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  };
}

function claimsOf(sub: string, accounts: ReadonlyMap<string, Account>): object {
  const { name, displayName, groups } = accounts.get(sub) ?? { name: sub };
  const [samaccountname] = name.split('@');
  return { sub, preferred_username: name, name: displayName ?? name, samaccountname, groups };
}
