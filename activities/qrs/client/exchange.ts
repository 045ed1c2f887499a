import { Dispatcher, type Pool } from 'undici';

/** One request and its reply as seen from the outside: what went out, what came back, and what an error of it means. */
export interface Exchange {
  /** The request began to be written on a connection; before that, the site cannot know of it. */
  isStarted: boolean;
  /** The whole request is written. */
  isSent: boolean;
  /** Bytes of the body that were written. */
  sentBytes: number;
  hasReply: boolean;
  /** Length of the reply as its head says; undefined when it does not say. */
  announcedBytes: number | undefined;
  receivedBytes: number;
  /** To pause-check or end the exchange from outside; set once it started. */
  controller: Dispatcher.DispatchController | undefined;
  /** Turns a failure of the connection into the error that callers see. */
  toError(error: Error): Error;
  onSentBytes?: ((sentBytes: number) => void) | undefined;
  onReceivedBytes?: ((receivedBytes: number) => void) | undefined;
  /** Called once, whichever way it ended. */
  onEnd?: (() => void) | undefined;
}

/** An exchange of which nothing has happened yet. */
export function newExchange(toError: (exchange: Exchange, error: Error) => Error): Exchange {
  const exchange: Exchange = {
    isStarted: false,
    isSent: false,
    sentBytes: 0,
    hasReply: false,
    announcedBytes: undefined,
    receivedBytes: 0,
    controller: undefined,
    toError: (error) => toError(exchange, error),
  };
  return exchange;
}

export interface WatchedRequestOptions extends Dispatcher.RequestOptions {
  readonly exchange: Exchange;
}

/** A pool whose requests keep their `exchange` up to date and fail with the errors it makes. Adds no stream of its own. */
export class WatchedPool extends Dispatcher {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super();
    this.#pool = pool;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.#pool.dispatch(options, new WatchedHandler(handler, (options as WatchedRequestOptions).exchange));
  }

  /** Waits for running requests, then closes their connections. Safe to repeat. */
  override async close(): Promise<void> {
    if (!this.#pool.destroyed) await this.#pool.close();
  }

  /** Cuts every connection. */
  override async destroy(): Promise<void> {
    await this.#pool.destroy();
  }
}

class WatchedHandler implements Dispatcher.DispatchHandler {
  readonly #inner: Dispatcher.DispatchHandler;
  readonly #exchange: Exchange;

  constructor(inner: Dispatcher.DispatchHandler, exchange: Exchange) {
    this.#inner = inner;
    this.#exchange = exchange;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#exchange.isStarted = true;
    this.#exchange.controller = controller;
    this.#inner.onRequestStart?.(controller, context);
  }

  onBodySent(chunk: Buffer): void {
    const exchange = this.#exchange;
    exchange.sentBytes += chunk.byteLength;
    exchange.onSentBytes?.(exchange.sentBytes);
  }

  onRequestSent(): void {
    this.#exchange.isSent = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    text?: string,
  ): void {
    if (status >= 200) {
      const length = Number(headers['content-length'] ?? Number.NaN);
      this.#exchange.announcedBytes = Number.isNaN(length) ? undefined : length;
      this.#exchange.hasReply = true;
    }
    this.#inner.onResponseStart?.(controller, status, headers, text);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const exchange = this.#exchange;
    exchange.receivedBytes += chunk.byteLength;
    exchange.onReceivedBytes?.(exchange.receivedBytes);
    this.#inner.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: Record<string, string>): void {
    this.#exchange.onEnd?.();
    this.#inner.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#exchange.onEnd?.();
    this.#inner.onResponseError?.(controller, this.#exchange.toError(error));
  }
}
