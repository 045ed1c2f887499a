import { validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';
import { HTTPParser } from 'http-parser-js';
import { type Dispatcher, errors } from 'undici';

/** Bytes that TLS reads at once, at most. */
const READ_BYTES = 64 * 1024;

/** A handler that can name the memory where the next bytes of the body are to be put; it gets them there. */
export interface FileHandler extends Dispatcher.DispatchHandler {
  room?(): Uint8Array | undefined;
}

type Head = Parameters<InstanceType<typeof HTTPParser>[typeof HTTPParser.kOnHeadersComplete]>[0];

/**
 * One request and its reply on a connection of its own. The head of the reply, and a body of unknown length, are parsed;
 * a body whose length is known is put where the handler wants it and touched no more.
 */
export class FileTransfer implements Dispatcher.DispatchController {
  /** How the socket is to read (`net.Socket`, option `onread`). */
  readonly onread = { buffer: (): Uint8Array => this.#room(), callback: (count: number) => this.#hasTaken(count) };
  aborted = false;
  paused = false;
  reason: Error | null = null;
  readonly #ended = Promise.withResolvers<void>();
  readonly #host: string;
  readonly #options: Dispatcher.DispatchOptions;
  readonly #handler: FileHandler;
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  readonly #ownMemory = Buffer.allocUnsafeSlow(READ_BYTES);
  #memory: Uint8Array = this.#ownMemory;
  #socket: Socket | undefined;
  #headTimer: NodeJS.Timeout | undefined;
  #hasHead = false;
  /** Of a body whose length is known. */
  #leftBytes: number | undefined;
  #isOver = false;

  constructor(host: string, options: Dispatcher.DispatchOptions, handler: FileHandler) {
    this.#host = host;
    this.#options = options;
    this.#handler = handler;
    this.#parser[HTTPParser.kOnHeadersComplete] = (head) => this.#onHead(head);
    this.#parser[HTTPParser.kOnBody] = (memory, offset, length) =>
      this.#onBody(Buffer.copyBytesFrom(memory, offset, length));
    this.#parser[HTTPParser.kOnMessageComplete] = () => {
      if (this.#hasHead) this.#complete();
    };
  }

  /** Resolves when it is over, whichever way. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Sends the request on a connection that stands. */
  begin(socket: Socket): void {
    this.#socket = socket;
    if (this.#isOver) {
      socket.destroy();
      return;
    }
    socket.once('error', (error) => this.fail(error));
    for (const event of ['end', 'close']) socket.once(event, () => this.#orFail(() => this.#onLastByte()));
    this.#orFail(() => this.#send(socket));
  }

  pause(): void {
    this.paused = true;
    this.#socket?.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#socket?.resume();
  }

  abort(reason: Error): void {
    this.aborted = !this.#isOver;
    this.reason = reason;
    this.fail(reason);
  }

  /** Ends it at once; the handler is told of the error. Does nothing when it is over. */
  fail(error: Error): void {
    if (this.#isOver) return;
    this.#finish();
    this.#socket?.destroy();
    this.#handler.onResponseError?.(this, error);
  }

  #send(socket: Socket): void {
    this.#handler.onRequestStart?.(this, {});
    if (this.#isOver) return;
    const { headersTimeout } = this.#options;
    if (headersTimeout) this.#headTimer = setTimeout(() => this.fail(new errors.HeadersTimeoutError()), headersTimeout);
    socket.write(requestHead(this.#host, this.#options));
    this.#handler.onRequestSent?.();
  }

  #room(): Uint8Array {
    const room = this.#leftBytes === undefined ? undefined : this.#handler.room?.();
    return (this.#memory = room ?? this.#ownMemory);
  }

  /** `count` bytes have come to where they were wanted. Whether more are welcome. */
  #hasTaken(count: number): boolean {
    if (!this.#isOver) this.#orFail(() => this.#take(count));
    return !this.#isOver && !this.paused;
  }

  #take(count: number): void {
    const memory = this.#memory;
    if (this.#leftBytes === undefined) {
      this.#parse(count);
    } else {
      const length = Math.min(count, this.#leftBytes);
      const bytes = Buffer.from(memory.buffer, memory.byteOffset, length);
      this.#onBody(memory === this.#ownMemory ? Buffer.copyBytesFrom(bytes) : bytes);
      if (this.#leftBytes === 0) this.#complete();
    }
  }

  /** What the handler throws is the end of the transfer, not of the process. */
  #orFail(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #parse(count: number): void {
    const result = this.#parser.execute(this.#ownMemory, 0, count);
    if (!(result instanceof Error)) return;
    this.fail('code' in result ? result : new errors.HeadersOverflowError(result.message));
  }

  #onHead({ statusCode, statusMessage, headers }: Head): void {
    const byName = byNames(headers);
    this.#hasHead = statusCode >= 200;
    this.#handler.onResponseStart?.(this, statusCode, byName, statusMessage);
    if (!this.#hasHead) return;
    clearTimeout(this.#headTimer);
    const length = byName['content-length'];
    if (byName['transfer-encoding'] === undefined && typeof length === 'string' && /^\d+$/.test(length)) {
      this.#leftBytes = Number(length);
    }
  }

  #onBody(bytes: Buffer): void {
    if (this.#isOver) return;
    if (this.#leftBytes !== undefined) this.#leftBytes -= bytes.length;
    this.#handler.onResponseData?.(this, bytes);
  }

  #onLastByte(): void {
    if (this.#isOver) return;
    // A body without a length ends with its connection.
    if (this.#hasHead && this.#leftBytes === undefined) this.#parser.finish();
    this.fail(new errors.SocketError('other side closed'));
  }

  #complete(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#socket?.destroySoon();
    this.#handler.onResponseEnd?.(this, {});
  }

  #finish(): void {
    this.#isOver = true;
    clearTimeout(this.#headTimer);
    this.#ended.resolve();
  }
}

function requestHead(host: string, { method, path, headers }: Dispatcher.DispatchOptions): string {
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${host}`, 'connection: close'];
  const values = headers as readonly string[];
  for (let at = 0; at < values.length; at += 2) {
    const [name = '', value = ''] = values.slice(at, at + 2);
    validateHeaderValue(name, value);
    lines.push(`${name}: ${value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function byNames(headers: readonly string[]): Record<string, string> {
  const byName: Record<string, string> = {};
  for (let at = 0; at < headers.length; at += 2) byName[(headers[at] ?? '').toLowerCase()] = headers[at + 1] ?? '';
  return byName;
}
