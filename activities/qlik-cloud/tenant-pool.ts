import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { Pool } from 'undici';
import { waybillError } from '../../common/errors/catalogue.ts';
import { tenantSetting } from './cloud-call.ts';

/** What connections to a tenant are made with; `TenantConfig` of the configuration fits. */
export interface TenantAddress {
  readonly alias: string;
  readonly url: string;
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
}

/** Idle connections are kept this long: less than balancers do. */
const keepAliveMs = 20_000;
const longestConnectMs = 10_000;
/** More at a time would only use the limit of calls up faster. */
const mostConnections = 8;

/** The connections to one tenant, always verified when they are encrypted. Opens nothing and reads no file before the first call. */
export class TenantPool {
  readonly #address: TenantAddress;
  #opening: Promise<Pool> | undefined;

  constructor(address: TenantAddress) {
    this.#address = address;
  }

  /** @throws WAYBILL_CLOUD_CA_FILE when the authority's file cannot be used; the next call looks again. */
  get(): Promise<Pool> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /** The next call gets new connections, with the authority's file as it is then; running calls end on the old ones. */
  renew(): void {
    const former = this.#opening;
    this.#opening = undefined;
    former?.then((pool) => pool.close()).catch(() => undefined);
  }

  /** Lets running calls end for `graceMs`, then cuts the connections. Safe to repeat. */
  async close(graceMs: number): Promise<void> {
    const pool = await this.#opening?.catch(() => undefined);
    if (!pool || pool.destroyed) return;
    const cut = setTimeout(() => void pool.destroy().catch(() => undefined), graceMs);
    await pool
      .close()
      .catch(() => undefined)
      .finally(() => clearTimeout(cut));
  }

  async #open(): Promise<Pool> {
    const { url, timeoutMs } = this.#address;
    const secureContext = await this.#trustedContext();
    return new Pool(new URL(url).origin, {
      allowH2: false,
      connections: mostConnections,
      keepAliveTimeout: keepAliveMs,
      connectTimeout: Math.min(timeoutMs, longestConnectMs),
      ...(secureContext && { connect: { secureContext } }),
    });
  }

  /** Trusts the authority of the proxy beside the usual ones: not every connection needs to go through it. */
  async #trustedContext(): Promise<SecureContext | undefined> {
    const { ca, alias } = this.#address;
    if (ca === undefined) return undefined;
    try {
      const pem = await readFile(ca, 'utf8');
      if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate in PEM format');
      return createSecureContext({ ca: [...getCACertificates('default'), pem] });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const facts = { tenant: alias, file: ca, setting: tenantSetting(alias, 'ca'), reason: code ?? message };
      throw waybillError('WAYBILL_CLOUD_CA_FILE', facts, { cause: error });
    }
  }
}
