import { waybillError } from '../../../common/errors/catalogue.ts';
import { createQrsClient, type QrsClient } from './qrs-client.ts';
import type { QrsLogger, QrsSite, QrsTimeouts } from './settings.ts';

/** The clients of all sites of a configuration. */
export interface QrsClients {
  /**
   * The client of a site, made when first asked for, then always the same.
   * @throws WAYBILL_QRS_SITE_UNKNOWN when the configuration has no site of this alias
   */
  get(alias: string): QrsClient;
  /** Closes those that were made, giving running calls `graceMs` (default 5 s) to end. */
  close(graceMs?: number): Promise<void>;
}

export interface QrsClientsConfig {
  readonly sites: Readonly<Record<string, QrsSite>>;
  readonly timeouts: QrsTimeouts;
}

/** One client a site, each made when it is first asked for. */
export function createQrsClients(config: QrsClientsConfig, logger?: QrsLogger): QrsClients {
  const clients = new Map<string, QrsClient>();
  return {
    get(alias) {
      const known = clients.get(alias);
      if (known) return known;
      const site = Object.hasOwn(config.sites, alias) ? config.sites[alias] : undefined;
      if (!site) {
        throw waybillError('WAYBILL_QRS_SITE_UNKNOWN', { site: alias, known: Object.keys(config.sites).join(', ') });
      }
      const client = createQrsClient({ alias, site, timeouts: config.timeouts, logger });
      clients.set(alias, client);
      return client;
    },

    async close(graceMs) {
      await Promise.all([...clients.values()].map((client) => client.close(graceMs)));
    },
  };
}
