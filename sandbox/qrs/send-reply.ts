import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FaultEffect } from './faults.ts';
import type { Reply } from './http-call.ts';
import { wait } from './wait.ts';

/**
 * Sends the reply, shaped by the faults that touch bodies (`slow`, `truncate`, `short`). True when the body was cut
 * and the connection is to be reset.
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  faults: readonly FaultEffect[],
): Promise<boolean> {
  const body = bodyOf(reply);
  response.statusCode = reply.status;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (body.contentType !== '') response.setHeader('content-type', body.contentType);
  const slow = faults.find((fault) => fault.type === 'slow');
  const cut = faults.find((fault) => fault.type === 'truncate' || fault.type === 'short');
  if (slow === undefined && cut === undefined && body.bytes !== undefined) {
    if (reply.status !== 204) response.setHeader('content-length', body.sizeBytes);
    response.end(body.bytes);
    return false;
  }
  const most = Math.min(cut?.afterBytes ?? Infinity, body.sizeBytes);
  response.setHeader('content-length', cut?.type === 'short' ? most : body.sizeBytes);
  const source = body.bytes === undefined ? body.open() : Readable.from([body.bytes]);
  if (slow === undefined && cut === undefined) {
    await pipeline(source, response);
    return false;
  }
  await pipeline(limited(source, most, slow?.bytesPerSecond), response, { end: cut?.type !== 'truncate' });
  if (cut?.type !== 'truncate') return false;
  while ((response.socket?.writableLength ?? 0) > 0) await wait(5);
  await wait(20);
  return true;
}

interface Body {
  sizeBytes: number;
  contentType: string;
  bytes: Buffer | undefined;
  open: () => Readable;
}

function bodyOf(reply: Reply): Body {
  if (reply.file !== undefined) {
    const { sizeBytes, open } = reply.file;
    return { sizeBytes, contentType: reply.contentType ?? 'application/octet-stream', bytes: undefined, open };
  }
  const isJson = reply.json !== undefined;
  const bytes = Buffer.from(isJson ? JSON.stringify(reply.json) : (reply.text ?? ''));
  const plain = isJson ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
  const contentType = reply.contentType ?? (bytes.length === 0 ? '' : plain);
  return { sizeBytes: bytes.length, contentType, bytes, open: () => Readable.from([bytes]) };
}

async function* limited(source: Readable, most: number, bytesPerSecond: number | undefined): AsyncGenerator<Buffer> {
  const step = bytesPerSecond === undefined ? Infinity : Math.max(1, Math.ceil(bytesPerSecond / 20));
  let left = most;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length && left > 0; at += step) {
      const part = chunk.subarray(at, Math.min(chunk.length, at + Math.min(step, left)));
      left -= part.length;
      yield part;
      if (bytesPerSecond !== undefined) await wait((part.length / bytesPerSecond) * 1000);
    }
    if (left <= 0) return;
  }
}
