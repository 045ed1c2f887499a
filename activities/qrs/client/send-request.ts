import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { onAbort } from './abort-watch.ts';
import { addressOf, newXrfkey, type QrsCall } from './call.ts';
import type { Exchange } from './exchange.ts';
import { type Reply, ReplyHandler } from './reply-handler.ts';

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
  /** The reply is a file. */
  readonly download: { readonly inTurn: boolean } | undefined;
  readonly largestTextBytes: number;
  readonly tooLong: () => Error;
}

/** A pool, or connections for one file each. */
export interface Connections {
  dispatch(options: Dispatcher.DispatchOptions, handler: ReplyHandler): unknown;
}

/** Sends one request with a fresh key and takes the reply in, whatever its status. Rejects at once when the signal is aborted. */
export function sendRequest(connections: Connections, request: RequestToSend): Promise<Reply> {
  const { call, upload, exchange, download, largestTextBytes, tooLong } = request;
  // It may have been aborted while the hosts were being read: then nobody tells any more.
  if (call.signal?.aborted) return Promise.reject(call.signal.reason as Error);
  const xrfkey = newXrfkey();
  const headers = [...request.siteHeaders, 'x-qlik-xrfkey', xrfkey];
  if (upload) headers.push('content-type', upload.contentType, 'content-length', String(upload.sizeBytes));
  else if (call.json !== undefined) headers.push('content-type', 'application/json');
  const options: Dispatcher.DispatchOptions = {
    method: call.method,
    path: addressOf(call, xrfkey),
    headers,
    body: upload ? upload.body : call.json === undefined ? null : JSON.stringify(call.json),
    headersTimeout: call.timeoutMs,
    // The body of a file is watched for standstill instead, which knows a slow reader from a silent site.
    bodyTimeout: download ? 0 : call.timeoutMs,
  };
  endOnAbort(exchange, call.signal);
  return new Promise((resolve, reject) => {
    connections.dispatch(
      options,
      new ReplyHandler({ exchange, asFile: download, largestTextBytes, tooLong, resolve, reject }),
    );
  });
}

function endOnAbort(exchange: Exchange, signal: AbortSignal | undefined): void {
  if (!signal) return;
  const forget = onAbort(signal, () => exchange.abort(signal.reason as Error));
  const { onEnd } = exchange;
  exchange.onEnd = () => {
    forget();
    onEnd?.();
  };
}
