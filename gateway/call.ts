/**
 * A request as far as the gateway looks at it, whoever serves it: Node's server has one of its own, which spares the web
 * streams.
 */
export interface Call {
  readonly method: string;
  /** Whole, with scheme and host. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** The body, of at most so many bytes; nothing beyond them is held, and an answer can still be given. */
  read(maxBytes: number): Promise<Uint8Array | 'too-large' | 'not-readable'>;
}

/** What is answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
