import type { Dispatcher } from 'undici';

/** One request and its reply as seen from the outside: what went out, what came back, and how to end it. */
export class Exchange {
  /** The request began to be written on a connection; before that, the site cannot know of it. */
  isStarted = false;
  /** The whole request is written. */
  isSent = false;
  /** Bytes of the body that were written. */
  sentBytes = 0;
  hasReply = false;
  /** Length of the reply as its head says; undefined when it does not say. */
  announcedBytes: number | undefined;
  receivedBytes = 0;
  onSentBytes: ((sentBytes: number) => void) | undefined;
  onReceivedBytes: ((receivedBytes: number) => void) | undefined;
  /** Called once, whichever way it ended. */
  onEnd: (() => void) | undefined;
  /** Called when it is ended from outside while no connection stands yet, when nobody else would tell. */
  onUnstartedAbort: ((reason: Error) => void) | undefined;
  readonly #toError: (exchange: Exchange, error: Error) => Error;
  #controller: Dispatcher.DispatchController | undefined;
  #abortReason: Error | undefined;

  /** `toError` turns a failure of the connection into the error that callers see. */
  constructor(toError: (exchange: Exchange, error: Error) => Error) {
    this.#toError = toError;
  }

  /** The reader of the reply is slower than the site. */
  get isPaused(): boolean {
    return this.#controller?.paused ?? false;
  }

  /** Ends it at once with this reason, wherever it stands. */
  abort(reason: Error): void {
    if (this.#controller) {
      this.#controller.abort(reason);
      return;
    }
    this.#abortReason = reason;
    this.end();
    this.onUnstartedAbort?.(reason);
  }

  start(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortReason) controller.abort(this.#abortReason);
    else this.isStarted = true;
  }

  sent(chunk: Uint8Array): void {
    this.sentBytes += chunk.byteLength;
    this.onSentBytes?.(this.sentBytes);
  }

  received(chunk: Uint8Array): void {
    this.receivedBytes += chunk.byteLength;
    this.onReceivedBytes?.(this.receivedBytes);
  }

  end(): void {
    const { onEnd } = this;
    this.onEnd = undefined;
    onEnd?.();
  }

  /** Ends it with a failure of the connection; the error that callers are to see. */
  fail(error: Error): Error {
    this.end();
    return this.#toError(this, error);
  }
}
