import type { ConnectionOptions } from 'node:tls';
import { buildConnector, type Dispatcher, errors } from 'undici';
import { type FileHandler, FileTransfer } from './file-transfer.ts';

export interface FileConnectionsOptions {
  /** `https://name:port`. */
  readonly origin: string;
  readonly tls: ConnectionOptions;
  readonly connectTimeoutMs: number;
}

/**
 * Connections to one host that each bring one large file: what TLS decrypts goes straight into the memory that the handler
 * names. A pool hands the same bytes on in pieces of 16 kB and copies them three times, which takes twice the time of a
 * processor (docs/decisions/0030).
 */
export class FileConnections {
  readonly #origin: URL;
  readonly #options: FileConnectionsOptions;
  readonly #running = new Set<FileTransfer>();
  #isClosed = false;

  constructor(options: FileConnectionsOptions) {
    this.#origin = new URL(options.origin);
    this.#options = options;
  }

  /** Sends a request without a body; the handler is told as a pool would tell it. */
  dispatch(options: Dispatcher.DispatchOptions, handler: FileHandler): void {
    const transfer = new FileTransfer(this.#origin.host, options, handler);
    if (this.#isClosed) {
      transfer.fail(new errors.ClientClosedError());
      return;
    }
    this.#running.add(transfer);
    void transfer.ended.then(() => this.#running.delete(transfer));
    const { tls, connectTimeoutMs: timeout } = this.#options;
    const connect = buildConnector({
      ...tls,
      timeout,
      allowH2: false,
      onread: transfer.onread,
    } as buildConnector.BuildOptions);
    const { hostname, host, protocol, port } = this.#origin;
    connect({ hostname: hostname.replaceAll(/^\[|\]$/g, ''), host, protocol, port }, (...[error, socket]) => {
      if (error) transfer.fail(error);
      else transfer.begin(socket);
    });
  }

  /** Takes no more requests; resolves when those that run have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running].map((transfer) => transfer.ended));
  }

  /** Ends what runs. */
  destroy(): void {
    this.#isClosed = true;
    for (const transfer of this.#running) transfer.fail(new errors.ClientDestroyedError());
  }
}
