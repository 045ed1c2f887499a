import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { addressOf, newXrfkey, type QrsCall } from './call.ts';
import type { Exchange } from './exchange.ts';
import type { SiteHost } from './site-connections.ts';

export interface UploadBody {
  readonly body: Readable;
  readonly sizeBytes: number;
  readonly contentType: string;
}

export interface RequestToSend {
  readonly call: QrsCall;
  /** Names and values by turns. */
  readonly siteHeaders: readonly string[];
  readonly exchange: Exchange;
  /** Sent as it is, instead of JSON. */
  readonly upload?: UploadBody | undefined;
  readonly isDownload: boolean;
}

/** Sends one request to one host with a fresh key; resolves when the head of the reply is there, or rejects at once on an abort. */
export function sendRequest(host: SiteHost, request: RequestToSend): Promise<Dispatcher.ResponseData> {
  const { call, upload, exchange } = request;
  const xrfkey = newXrfkey();
  const headers = [...request.siteHeaders, 'x-qlik-xrfkey', xrfkey];
  if (upload) headers.push('content-type', upload.contentType, 'content-length', String(upload.sizeBytes));
  else if (call.json !== undefined) headers.push('content-type', 'application/json');
  const options = {
    method: call.method,
    path: addressOf(call, xrfkey),
    headers,
    body: upload ? upload.body : call.json === undefined ? null : JSON.stringify(call.json),
    headersTimeout: call.timeoutMs,
    // The body of a file is watched for standstill instead, which knows a slow reader from a silent site.
    bodyTimeout: request.isDownload ? 0 : call.timeoutMs,
    signal: call.signal ?? null,
    exchange,
  };
  return untilAborted(host.pool.request(options), exchange, call.signal);
}

/** An abort ends a call also while no connection stands yet, when undici would still wait for it. */
function untilAborted<T>(running: Promise<T>, exchange: Exchange, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return running;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => {
      if (!exchange.isStarted) reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const done = () => signal.removeEventListener('abort', onAbort);
    running.then(resolve, reject).then(done, done);
  });
}
