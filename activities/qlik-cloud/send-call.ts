import type { Dispatcher } from 'undici';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Logger } from '../../common/logger.ts';
import { type CallDeadline, startDeadline } from './call-deadline.ts';
import { addressOf, type CallPlace, type CloudCall, tenantSetting } from './cloud-call.ts';
import { connectionFailure } from './connection-failure.ts';
import { readBeginning } from '../read-body.ts';
import { replyFailure } from './reply-failure.ts';
import type { TenantPool } from './tenant-pool.ts';

/** What every call of a tenant shares. */
export interface Sender {
  readonly place: CallPlace;
  readonly timeoutMs: number;
  readonly pool: TenantPool;
  readonly logger: Logger;
}

/** How a call is put on a connection. */
export interface Request {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The setting with the credentials that it carries. */
  readonly login: string;
}

export type Reply = Dispatcher.ResponseData;

/** Reads a successful reply; `begun` says that it may take longer than the timeout, as long as it keeps coming. */
export type TakeReply<T> = (reply: Reply, begun: () => void) => Promise<T>;

const mostRefusalBytes = 64 * 1024;

/**
 * Sends a call once and has its reply read, all within the timeout.
 * @throws a Waybill error of any failure; the reason of the signal when it was aborted
 */
export async function sendCall<T>(sender: Sender, call: CloudCall, request: Request, take: TakeReply<T>): Promise<T> {
  const { place, timeoutMs } = sender;
  const deadline = startDeadline(call.signal, timeoutMs, () => {
    const setting = tenantSetting(place.tenant, 'timeout');
    return waybillError('WAYBILL_CLOUD_TIMEOUT', { ...place, doing: call.doing, timeoutMs, setting });
  });
  try {
    const reply = await ask(sender, call, request, deadline);
    try {
      if (reply.statusCode >= 200 && reply.statusCode < 300) return await take(reply, () => deadline.lift());
      const { text } = await readBeginning(reply.body, mostRefusalBytes);
      const failed = { status: reply.statusCode, headers: reply.headers, text };
      throw replyFailure(failed, call, { ...place, login: request.login });
    } finally {
      // What was not read to its end would keep the connection.
      reply.body.destroy();
    }
  } catch (error) {
    if (call.signal?.aborted) throw call.signal.reason;
    const failure = connectionFailure(error, call, place, timeoutMs);
    if (failure.code === 'WAYBILL_CLOUD_CERTIFICATE') sender.pool.renew();
    throw failure;
  } finally {
    deadline.end();
  }
}

async function ask(sender: Sender, call: CloudCall, request: Request, deadline: CallDeadline): Promise<Reply> {
  const { place, timeoutMs, logger } = sender;
  const { method, headers, body } = request;
  deadline.signal.throwIfAborted();
  const pool = await sender.pool.get();
  const beganMs = performance.now();
  const reply = await pool.request({
    method,
    path: addressOf(call),
    headers,
    body: body ?? null,
    signal: deadline.signal,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  reply.body.on('error', () => undefined);
  const durationMs = Math.round(performance.now() - beganMs);
  const path = call.path.split('?', 1)[0];
  logger.debug({ ...place, method, path, status: reply.statusCode, durationMs }, 'Asked Qlik Cloud');
  return reply;
}
