import { isIPv6 } from 'node:net';
import { Pool } from 'undici';
import { certificateFilesStamp, certificatesOf, type SiteCertificates } from './certificates.ts';
import { FileConnections } from './file-connections.ts';
import type { QrsLogger, QrsSite } from './settings.ts';
import { tlsOptions } from './tls-options.ts';

/** One host of a site with its open connections. */
export interface SiteHost {
  /** `name:port`. */
  readonly name: string;
  readonly pool: Pool;
  /** For large files. */
  readonly files: FileConnections;
}

interface Generation {
  readonly stamp: string;
  readonly certificates: SiteCertificates;
  readonly hosts: readonly SiteHost[];
}

/** How often the certificate files are looked at, at most. */
const lookAgainMs = 1000;
/** How long a host that could not be connected stands behind the others. */
const hostRestMs = 30_000;
/** Connections made with former certificates take no new request after this long. */
const formerPoolMs = 5000;
/** Idle connections are kept this long: well under the two minutes after which a Windows server drops them. */
const keepAliveMs = 20_000;

/**
 * The connections to one site. They are made with the certificates in the folder at that time; when the files change, new
 * requests get new connections and running ones end on the old ones. While the changed files cannot be used (half copied),
 * the old ones stay in use and the log says so.
 */
export class SiteConnections {
  readonly #alias: string;
  readonly #site: QrsSite;
  readonly #connectMs: number;
  readonly #logger: QrsLogger | undefined;
  readonly #restingUntilMs = new Map<string, number>();
  #current: Generation | undefined;
  #refreshing: Promise<Generation> | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #refusedStamp = '';

  constructor(alias: string, site: QrsSite, connectMs: number, logger: QrsLogger | undefined) {
    this.#alias = alias;
    this.#site = site;
    this.#connectMs = connectMs;
    this.#logger = logger;
  }

  /**
   * The hosts in the order they are to be tried: as in the settings, those that failed lately last. Returns at once while
   * the certificate files were looked at within the last second.
   * @throws WAYBILL_QRS_CERTIFICATE_FILES when there are no usable certificates yet
   */
  hosts(): readonly SiteHost[] | Promise<readonly SiteHost[]> {
    const isFresh = this.#current && performance.now() - this.#lookedAtMs < lookAgainMs;
    if (isFresh && this.#current) return this.#inOrder(this.#current.hosts);
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing.then(({ hosts }) => this.#inOrder(hosts));
  }

  /** Looks at the certificate files at once: whether they were exchanged since these hosts were given. */
  async areExchanged(hosts: readonly SiteHost[]): Promise<boolean> {
    this.#lookedAtMs = Number.NEGATIVE_INFINITY;
    const now = await this.hosts();
    return !now.some((host) => hosts.includes(host));
  }

  /** Puts a host behind the others for a while: it could not be connected. */
  rest(host: SiteHost): void {
    this.#restingUntilMs.set(host.name, performance.now() + hostRestMs);
  }

  /** Why the site may refuse the client certificate, as far as the files tell; empty when they look right. */
  certificateDoubt(): string {
    const certificates = this.#current?.certificates;
    if (!certificates) return '';
    if (Date.parse(certificates.client.validToUtc) < Date.now())
      return `client.pem has run out on ${certificates.client.validToUtc}`;
    return certificates.isClientIssuedByRoot ? '' : 'client.pem was not issued by the certificate in root.pem';
  }

  /** Lets running requests end for `graceMs`, then cuts what is left. */
  async close(graceMs: number): Promise<void> {
    const hosts = this.#current?.hosts ?? [];
    const cut = setTimeout(() => {
      for (const { pool, files } of hosts) {
        pool.destroy().catch(() => undefined);
        files.destroy();
      }
    }, graceMs);
    const open = hosts.filter(({ pool }) => !pool.destroyed);
    const closing = open.flatMap(({ pool, files }) => [pool.close(), files.close()]);
    await Promise.all(closing).finally(() => clearTimeout(cut));
  }

  #inOrder(hosts: readonly SiteHost[]): readonly SiteHost[] {
    if (this.#restingUntilMs.size === 0 || hosts.length === 1) return hosts;
    const nowMs = performance.now();
    const isResting = (host: SiteHost) => (this.#restingUntilMs.get(host.name) ?? 0) > nowMs;
    return [...hosts.filter((host) => !isResting(host)), ...hosts.filter(isResting)];
  }

  async #refresh(): Promise<Generation> {
    const stamp = await certificateFilesStamp(this.#site.certificates);
    const current = this.#current;
    if (current && (stamp === current.stamp || stamp === this.#refusedStamp)) {
      this.#lookedAtMs = performance.now();
      return current;
    }
    const next = await this.#open(stamp).catch((error: Error) => {
      if (!current) throw error;
      this.#refusedStamp = stamp;
      this.#logger?.warn(
        { site: this.#alias, err: error },
        'The changed certificate files cannot be used; the former ones stay in use',
      );
      return current;
    });
    this.#lookedAtMs = performance.now();
    if (next !== current) this.#replace(current, next);
    return next;
  }

  #replace(former: Generation | undefined, next: Generation): void {
    this.#current = next;
    if (!former) return;
    const { serialNumber } = next.certificates.client;
    this.#logger?.debug({ site: this.#alias, serialNumber }, 'The certificate files changed; new connections use them');
    // Whoever was just given a former pool still gets to use it.
    const closing = setTimeout(() => {
      for (const { pool } of former.hosts) pool.close().catch(() => undefined);
    }, formerPoolMs);
    closing.unref();
  }

  async #open(stamp: string): Promise<Generation> {
    const certificates = await certificatesOf({ ...this.#site, alias: this.#alias });
    const hosts = this.#site.hosts.map((host) => ({
      name: `${host}:${this.#site.port}`,
      ...this.#openHost(host, certificates),
    }));
    return { stamp, certificates, hosts };
  }

  #openHost(host: string, certificates: SiteCertificates): Omit<SiteHost, 'name'> {
    const origin = `https://${isIPv6(host) ? `[${host}]` : host}:${this.#site.port}`;
    const tls = tlsOptions(this.#site, host, certificates);
    const pool = new Pool(origin, {
      allowH2: false,
      keepAliveTimeout: keepAliveMs,
      connectTimeout: this.#connectMs,
      connect: tls,
    });
    return { pool, files: new FileConnections({ origin, tls, connectTimeoutMs: this.#connectMs }) };
  }
}
