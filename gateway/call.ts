/**
 * A request as far as the gateway looks at it. A web-standard `Request` is one; Node's server has a cheaper one, as
 * most of the time of an event would go into web streams otherwise.
 */
export interface Call {
  readonly method: string;
  /** Whole, with scheme and host. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  /** Whoever leaves it before its end has to leave the connection usable for the answer. */
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** What is answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
