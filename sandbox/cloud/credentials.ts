import { randomBytes } from 'node:crypto';
import type { WebRequest } from '../web/web-server.ts';
import { CloudRefusal, unauthorized } from './refusal.ts';
import { hexId, nowMs, type TenantState } from './tenant-state.ts';

/** Who asks. */
export interface Caller {
  /** Of the API key or OAuth client; the request log shows it, and limits count by it. */
  name: string;
  /** May list the reloads of all apps. */
  isTenantAdmin: boolean;
}

/** An OAuth client for machines. */
export interface OAuthClient {
  id: string;
  secret: string;
}

/** API keys, OAuth clients and the tokens given to them. */
export interface Credentials {
  createApiKey(caller: Caller): string;
  createOAuthClient(caller: Caller): OAuthClient;
  /** Ends an API key, or an OAuth client with all its tokens. */
  revoke(name: string): void;
  /** Ends all tokens that were given so far, as if their time was over. */
  expireTokens(): void;
  /**
   * Answers `POST /oauth/token`.
   * @throws CloudRefusal 400 for a request that is none, 401 for a client that is unknown.
   */
  giveToken(request: WebRequest): Record<string, unknown>;
  /**
   * Who sent the request.
   * @throws CloudRefusal 401.
   */
  callerOf(request: WebRequest): Caller;
}

/** None yet. */
export function createCredentials(state: TenantState): Credentials {
  const keys = new Map<string, Caller>();
  const clients = new Map<string, { secret: string; caller: Caller }>();
  const tokens = new Map<string, { caller: Caller; endsMs: number }>();
  return {
    createApiKey(caller) {
      const key = `eyJhbGciOiJFUzM4NCJ9.${randomBytes(24).toString('base64url')}.${randomBytes(16).toString('base64url')}`;
      keys.set(key, caller);
      return key;
    },
    createOAuthClient(caller) {
      const client = { id: randomBytes(16).toString('hex'), secret: randomBytes(32).toString('hex') };
      clients.set(client.id, { secret: client.secret, caller });
      return client;
    },
    revoke(name) {
      for (const map of [keys, clients, tokens] as Map<string, Caller | { caller: Caller }>[]) {
        for (const [id, owner] of map) {
          if (('caller' in owner ? owner.caller : owner).name === name) map.delete(id);
        }
      }
    },
    expireTokens() {
      for (const token of tokens.values()) token.endsMs = 0;
    },
    giveToken(request) {
      const client = clientOf(request);
      const known = clients.get(client.id);
      if (known === undefined || known.secret !== client.secret) throw unauthorized('invalid client credentials');
      const lifetimeSeconds = state.switches.tokenLifetimeSeconds;
      const token = `eyJhbGciOiJFUzM4NCJ9.${hexId()}.${randomBytes(24).toString('base64url')}`;
      const endsMs = nowMs(state) + lifetimeSeconds * 1000;
      tokens.set(token, { caller: known.caller, endsMs });
      return {
        access_token: token,
        token_type: 'bearer',
        expires_in: lifetimeSeconds,
        expires_at: new Date(endsMs).toISOString(),
        scope: 'user_default',
      };
    },
    callerOf({ headers }) {
      const bearer = /^Bearer (?<token>\S+)$/iu.exec(headers.authorization ?? '')?.groups?.['token'];
      if (bearer === undefined) throw unauthorized('no bearer token');
      const token = tokens.get(bearer);
      const caller = keys.get(bearer) ?? token?.caller;
      if (caller === undefined) throw unauthorized('invalid token');
      if (token !== undefined && nowMs(state) >= token.endsMs) throw unauthorized('token expired');
      return caller;
    },
  };
}

function clientOf({ headers, rawBody }: WebRequest): OAuthClient {
  if (!(headers['content-type'] ?? '').startsWith('application/json')) {
    throw new CloudRefusal(400, 'Bad request', 'the body must be JSON');
  }
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(rawBody.toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new CloudRefusal(400, 'Bad request', 'the body is no JSON');
  }
  if (body['grant_type'] !== 'client_credentials') throw new CloudRefusal(400, 'Bad request', 'unsupported grant type');
  const { client_id: id, client_secret: secret } = body;
  return { id: typeof id === 'string' ? id : '', secret: typeof secret === 'string' ? secret : '' };
}
