import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebRequest } from '../web/web-server.ts';
import { type Destination, parseObject, refused } from './messages.ts';

/** How a receiver of webhooks judges a call. */
export interface ReceiverOptions {
  /** With it, calls must bear the HMAC-SHA256 of their raw body in hex, with or without `sha256=`. */
  secret?: string;
  /** Where the HMAC is. Default `x-signature`. */
  header?: string;
  /** What it answers to what it takes. Default 204. */
  status?: number;
  /** What else it asks for: says why a call is refused, with 400. */
  check?: (request: WebRequest) => string | undefined;
}

/** A receiver of webhooks of nobody in particular. */
export interface WebhookReceiver extends ReceiverOptions {
  url: string;
  channel: string;
}

/** Answers 401 without the right signature, 400 for what `check` does not like. Options may change meanwhile. */
export function receiverDestination(receiver: WebhookReceiver): Destination {
  return {
    service: 'webhook',
    channel: receiver.channel,
    judge(request) {
      const body = parseObject(request.rawBody.toString('utf8'));
      if (request.method !== 'POST') return refused({ status: 405 }, ['the method is not POST'], body);
      if (!isSigned(receiver, request)) return refused({ status: 401, text: 'unauthorized' }, ['signature'], body);
      const problem = receiver.check?.(request);
      if (problem !== undefined) return refused({ status: 400, text: problem }, [problem], body);
      const status = receiver.status ?? 204;
      return status < 300
        ? { reply: { status }, isShown: true, problems: [], body }
        : refused({ status }, [`told to answer ${status}`], body);
    },
  };
}

function isSigned({ secret, header = 'x-signature' }: WebhookReceiver, { headers, rawBody }: WebRequest): boolean {
  if (secret === undefined) return true;
  const given = Buffer.from(String(headers[header.toLowerCase()] ?? '').replace(/^sha256=/u, ''), 'hex');
  const right = createHmac('sha256', secret).update(rawBody).digest();
  return given.length === right.length && timingSafeEqual(given, right);
}
