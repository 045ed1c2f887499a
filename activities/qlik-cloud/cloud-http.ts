import type { z } from 'zod';
import type { TenantConfig } from '../../config/types.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { Logger } from '../../common/logger.ts';
import { type AccessToken, accessToken } from './answers.ts';
import { isHtml } from '../reply-text.ts';
import { createCallPause } from './call-pause.ts';
import type { CloudCall } from './cloud-call.ts';
import { contentType, parseAnswer, unreadable } from './parse-answer.ts';
import { type BoundedText, type EndsLimits, readBeginning, readBothEnds } from '../read-body.ts';
import { type Reply, type Sender, sendCall, type TakeReply } from './send-call.ts';
import { createTenantLogin, type TenantLogin } from './tenant-login.ts';
import { TenantPool } from './tenant-pool.ts';

/** Sends reads to one tenant. Every failure is a Waybill error, save what an aborted signal gives. */
export interface CloudHttp {
  /** The answer, checked against what is documented; it must come whole within the timeout. */
  json<Schema extends z.ZodType>(call: CloudCall, schema: Schema): Promise<z.output<Schema>>;
  /** The answer as text, which may take its time once it has begun. */
  text(call: CloudCall, limits: EndsLimits): Promise<BoundedText>;
  /** Lets running calls end for `graceMs`, then cuts the connections. */
  close(graceMs: number): Promise<void>;
}

/** As many bytes of JSON as are read into memory: a page of a hundred entries is far from it. */
const mostJsonBytes = 16 * 1024 * 1024;

/** A sender for one tenant. Opens nothing before the first call. */
export function createCloudHttp(tenant: TenantConfig, logger: Logger): CloudHttp {
  const place = { tenant: tenant.alias, host: new URL(tenant.url).host };
  const sender = { place, timeoutMs: tenant.timeoutMs, pool: new TenantPool(tenant), logger };
  const login = createTenantLogin(tenant, (client) => askToken(sender, login.setting, client));
  const pause = createCallPause(place, login.setting);
  const get = <T>(call: CloudCall, accept: string, take: TakeReply<T>): Promise<T> =>
    pause.around(call, () => sendWithLogin(sender, login, call, accept, take));
  return {
    json: (call, schema) => get(call, 'application/json', takeJson(call, sender, schema)),
    text: (call, limits) =>
      get(call, 'text/plain', async (reply, begun) => {
        begun();
        const read = await readBothEnds(reply.body, limits);
        const isPage = contentType(reply.headers) === 'text/html' || isHtml(read.text);
        if (isPage) throw unreadable(call, place, 'it is a web page, not text');
        return read;
      }),
    close: (graceMs) => sender.pool.close(graceMs),
  };
}

/** A token may have been ended before its time: then another is asked for, once. */
async function sendWithLogin<T>(
  sender: Sender,
  login: TenantLogin,
  call: CloudCall,
  accept: string,
  take: TakeReply<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    call.signal?.throwIfAborted();
    const bearer = await login.bearer(call.signal);
    const headers = { accept, authorization: `Bearer ${bearer}` };
    try {
      return await sendCall(sender, call, { method: 'GET', headers, login: login.setting }, take);
    } catch (error) {
      const isRefused = isWaybillError(error) && error.code === 'WAYBILL_CLOUD_LOGIN';
      if (!isRefused || !login.refused(bearer) || attempt > 1) throw error;
    }
  }
}

/**
 * Asks for a token of an OAuth client (Qlik Cloud facts, section 2). Each call makes one, and ends none.
 * @throws WAYBILL_CLOUD_LOGIN when the tenant does not take the client
 */
function askToken(sender: Sender, login: string, client: { id: string; secret: string }): Promise<AccessToken> {
  const call = { path: '/oauth/token', doing: 'give a token to the OAuth client', isLogin: true };
  const body = JSON.stringify({
    client_id: client.id,
    client_secret: client.secret,
    grant_type: 'client_credentials',
  });
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  return sendCall(sender, call, { method: 'POST', headers, body, login }, takeJson(call, sender, accessToken));
}

function takeJson<Schema extends z.ZodType>(
  call: CloudCall,
  { place }: Sender,
  schema: Schema,
): TakeReply<z.output<Schema>> {
  return async ({ body, headers }: Reply) =>
    parseAnswer(await readBeginning(body, mostJsonBytes), headers, schema, call, place);
}
