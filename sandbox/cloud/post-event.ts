import { createHmac } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { CloudDelivery, CloudWebhook } from './records.ts';
import type { CloudSwitches } from './switches.ts';

const mostResponseBytes = 16 * 1024;

/** What became of one POST. */
export type PostOutcome = Pick<CloudDelivery, 'status' | 'statusMessage' | 'response'>;

/** The headers of a delivery; `encryptedHeaders` are sent, but shown nowhere. */
export function deliveryHeaders(
  webhook: CloudWebhook,
  rawBody: string,
  switches: CloudSwitches,
): Record<string, string> {
  const signature = webhook.secret === '' ? '' : createHmac('sha256', webhook.secret).update(rawBody).digest('hex');
  const isSigned = webhook.secret !== '' || switches.signatureWithoutSecret === 'empty';
  return {
    ...webhook.headers,
    'Accept-Encoding': 'gzip',
    'Content-Type': 'application/json',
    'User-Agent': 'Qlik Webhook',
    ...(isSigned && { 'Qlik-Signature': signature }),
  };
}

/** Posts a body to a webhook's receiver. Follows no redirect; never rejects. */
export function postEvent(
  webhook: CloudWebhook,
  call: {
    headers: Record<string, string>;
    rawBody: string;
    timeoutMs: number;
    ca: string | undefined;
    closed: AbortSignal;
  },
): Promise<PostOutcome> {
  const { promise, resolve } = Promise.withResolvers<PostOutcome>();
  const fail = (statusMessage: string): void => resolve({ status: 'fail', statusMessage, response: undefined });
  try {
    const body = Buffer.from(call.rawBody);
    const headers = { ...webhook.encryptedHeaders, ...call.headers, 'Content-Length': body.length };
    const { request } = webhook.url.startsWith('https:') ? https : http;
    const late = AbortSignal.timeout(call.timeoutMs);
    const signal = AbortSignal.any([late, call.closed]);
    const sent = request(webhook.url, { method: 'POST', headers, ca: call.ca, agent: false, signal }, (response) => {
      readResponse(response).then(
        (read) => resolve(outcomeOf(read)),
        (error: unknown) => fail(late.aborted ? timedOut(call.timeoutMs) : messageOf(error)),
      );
    });
    sent.on('error', (error) => fail(late.aborted ? timedOut(call.timeoutMs) : messageOf(error)));
    sent.end(body);
  } catch (error) {
    fail(messageOf(error));
  }
  return promise;
}

async function readResponse(response: http.IncomingMessage): Promise<NonNullable<CloudDelivery['response']>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (size < mostResponseBytes) chunks.push(chunk);
    size += chunk.length;
  }
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
  const body = Buffer.concat(chunks).subarray(0, mostResponseBytes).toString('utf8');
  return { statusCode: response.statusCode ?? 0, headers, body };
}

function outcomeOf(response: NonNullable<CloudDelivery['response']>): PostOutcome {
  const { statusCode } = response;
  if (statusCode >= 200 && statusCode < 300) return { status: 'success', statusMessage: 'OK', response };
  const isRedirect = statusCode >= 300 && statusCode < 400;
  const statusMessage = isRedirect ? `redirects are forbidden ${statusCode}` : `unexpected status code ${statusCode}`;
  return { status: 'fail', statusMessage, response };
}

function timedOut(ms: number): string {
  return `no response within ${ms} ms`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
}
