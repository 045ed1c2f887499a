/** A secret that is read where it is used; `SecretRef` of the configuration fits. */
export interface QrsSecret {
  resolve(): Promise<string>;
}

/** What the client needs of a site's settings; `SiteConfig` of the configuration fits. */
export interface QrsSite {
  /** Names or addresses, tried in order when one cannot be connected. At least one. */
  readonly hosts: readonly string[];
  readonly port: number;
  /** Folder with root.pem, client.pem and client_key.pem. */
  readonly certificates: string;
  /** Of client_key.pem. */
  readonly certificatePassword?: QrsSecret | undefined;
  /** Name that the server's certificate was issued for, where it is not the host. */
  readonly serverName?: string | undefined;
  /** Whom the site sees as the author of every change. */
  readonly user: { readonly directory: string; readonly id: string };
}

/** How long to wait, in milliseconds; `timeouts` of the configuration fits. */
export interface QrsTimeouts {
  /** A read, until its reply begins, and between two parts of it. */
  readonly readMs: number;
  /** A PUT, a DELETE, a small POST. */
  readonly writeMs: number;
  /** Publish, copy and replace. */
  readonly publishMs: number;
  readonly exportMs: number;
  /** What the site may take to answer an upload once the file is sent, … */
  readonly uploadBaseMs: number;
  /** … and on top of it one second for this many bytes. */
  readonly uploadRateBytes: number;
  /** A transfer without a byte for this long is given up. */
  readonly stallMs: number;
  /** Until a connection stands. */
  readonly connectMs: number;
}

/** Where the client says what it does; a pino logger fits. */
export interface QrsLogger {
  debug(facts: object, text: string): void;
  warn(facts: object, text: string): void;
}

/** Options of every call. */
export interface CallOptions {
  /** Aborting it ends the call at once with the signal's reason; what was sent may still take effect. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of the timeout of the settings, in milliseconds. */
  readonly timeoutMs?: number | undefined;
}
