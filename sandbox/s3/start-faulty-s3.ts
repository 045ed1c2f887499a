import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { type ActiveS3Fault, callOf, createS3FaultBoard, type S3FaultBoard, type S3Operation } from './s3-faults.ts';
import type { SandboxS3 } from './start-s3.ts';

/** A way to a store on which things go wrong as told. */
export interface FaultyS3 extends Pick<SandboxS3, 'region' | 'accessKeyId' | 'secretAccessKey'> {
  endpoint: string;
  faults: S3FaultBoard;
  /** How often each call came, whatever became of it. */
  calls: Partial<Record<S3Operation, number>>;
  /** A client that goes this way, without repeats of its own; the caller destroys it. */
  client(): S3Client;
  close(): Promise<void>;
}

/** Stands in front of a store of plain HTTP: passes on every call that no fault strikes. */
export async function startFaultyS3(s3: SandboxS3): Promise<FaultyS3> {
  const faults = createS3FaultBoard();
  const calls: FaultyS3['calls'] = {};
  const agent = new http.Agent({ keepAlive: true });
  const server = http.createServer((request, response) => {
    const { operation, key } = callOf(request.method ?? 'GET', request.url ?? '/');
    calls[operation] = (calls[operation] ?? 0) + 1;
    void serve({ request, response, endpoint: s3.endpoint, agent }, faults.strike(operation, key));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { region, accessKeyId, secretAccessKey } = s3;
  const credentials = { accessKeyId, secretAccessKey };
  return {
    endpoint,
    region,
    accessKeyId,
    secretAccessKey,
    faults,
    calls,
    client: () => new S3Client({ endpoint, region, forcePathStyle: true, credentials, maxAttempts: 1 }),
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  request: http.IncomingMessage;
  response: http.ServerResponse;
  endpoint: string;
  agent: http.Agent;
}

async function serve(exchange: Exchange, fault: ActiveS3Fault | undefined): Promise<void> {
  const { request, response } = exchange;
  const effect = fault?.effect ?? { type: 'delay', delayMs: 0 };
  switch (effect.type) {
    case 'error':
      return refuse(exchange, effect.status ?? 500, effect.code ?? 'InternalError');
    case 'slow-down':
      return refuse(exchange, 503, 'SlowDown');
    case 'expired':
      return refuse(exchange, 403, 'ExpiredToken');
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'reset-upload':
      return resetAfter(request, effect.afterBytes);
    case 'hang':
      request.resume();
      return;
    case 'delay':
      await new Promise((resolve) => setTimeout(resolve, effect.delayMs));
      return passOn(exchange, (answer) => answer.pipe(response));
    case 'reply-lost':
      return passOn(exchange, (answer) => {
        answer.resume().on('end', () => request.socket.resetAndDestroy());
      });
    case 'truncate':
      return passOn(exchange, (answer) => cutAnswer(exchange, answer, effect.afterBytes));
  }
}

/** The store's own words for an error; the body that is still coming is read away, so that the client sees them. */
function refuse({ request, response }: Exchange, status: number, code: string): void {
  const text = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>sandbox fault</Message></Error>`;
  request.resume().once('end', () => {
    response.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(text) });
    response.end(request.method === 'HEAD' ? undefined : text);
  });
}

function resetAfter(request: http.IncomingMessage, afterBytes: number): void {
  let seen = 0;
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen >= afterBytes) request.socket.resetAndDestroy();
  });
  request.once('end', () => request.socket.resetAndDestroy());
}

function passOn({ request, response, endpoint, agent }: Exchange, take: (answer: http.IncomingMessage) => void): void {
  const { method, url = '/', headers } = request;
  // The headers go on as they are: the signature covers the host that the client called.
  const onward = http.request(new URL(url, endpoint), { method, headers, agent }, (answer) => {
    if (!response.headersSent) response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    take(answer);
  });
  onward.on('error', () => request.socket.resetAndDestroy());
  request.once('close', () => {
    if (!request.complete) onward.destroy();
  });
  request.pipe(onward);
}

function cutAnswer({ request, response }: Exchange, answer: http.IncomingMessage, afterBytes: number): void {
  let left = afterBytes;
  answer.on('data', (chunk: Buffer) => {
    if (left <= 0) return;
    response.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) response.write('', () => request.socket.resetAndDestroy());
  });
  answer.once('end', () => request.socket.resetAndDestroy());
}
