import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Exchange } from './exchange.ts';
import type { FileHandler } from './file-transfer.ts';
import { ReplyFile } from './reply-file.ts';

/** Headers by their names in small letters. */
export type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A reply that was read whole, or whose file begins to come. */
export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** Empty when `file` is there. */
  readonly text: string;
  /** Only for a successful reply that was asked for as a file. */
  readonly file: Readable | undefined;
}

/** How a reply is taken in. */
export interface ReplyHandling {
  readonly exchange: Exchange;
  /** A successful reply is given as a stream, as soon as its head is there; its blocks are used again where `inTurn`. */
  readonly asFile: { readonly inTurn: boolean } | undefined;
  /** A reply that is no file and longer than this is not read. */
  readonly largestTextBytes: number;
  /** The error for such a reply. */
  readonly tooLong: () => Error;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** Takes one reply in and keeps its exchange up to date; the pace of a file's reader holds the site back. */
export class ReplyHandler implements FileHandler {
  readonly #handling: ReplyHandling;
  readonly #exchange: Exchange;
  #status = 0;
  #headers: ReplyHeaders = {};
  #chunks: Buffer[] = [];
  #file: ReplyFile | undefined;

  constructor(handling: ReplyHandling) {
    this.#handling = handling;
    this.#exchange = handling.exchange;
    this.#exchange.onUnstartedAbort = handling.reject;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#exchange.start(controller);
  }

  onBodySent(chunk: Buffer): void {
    this.#exchange.sent(chunk);
  }

  onRequestSent(): void {
    this.#exchange.isSent = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: ReplyHeaders): void {
    if (status < 200) return;
    const length = headers['content-length'];
    this.#exchange.announcedBytes = typeof length === 'string' ? Number(length) : undefined;
    this.#exchange.hasReply = true;
    this.#status = status;
    this.#headers = headers;
    const { asFile } = this.#handling;
    if (!asFile || status >= 300) return;
    this.#file = new ReplyFile(controller, asFile);
    this.#handling.resolve({ status, headers, text: '', file: this.#file.stream });
  }

  /** Where the next bytes of a file are best put. */
  room(): Uint8Array | undefined {
    return this.#file?.room();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#exchange.received(chunk);
    if (this.#file) {
      this.#file.add(chunk);
    } else if (this.#exchange.receivedBytes > this.#handling.largestTextBytes) {
      controller.abort(this.#handling.tooLong());
    } else {
      this.#chunks.push(chunk);
    }
  }

  onResponseEnd(): void {
    this.#exchange.end();
    if (this.#file) {
      this.#file.end();
      return;
    }
    const [only] = this.#chunks;
    const whole = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks);
    this.#handling.resolve({ status: this.#status, headers: this.#headers, text: whole.toString(), file: undefined });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const seen = this.#exchange.fail(error);
    if (this.#file) this.#file.fail(seen);
    else this.#handling.reject(seen);
  }
}
