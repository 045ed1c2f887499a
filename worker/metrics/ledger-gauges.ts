import { Gauge, type Registry } from 'prom-client';
import type { SiteMemory } from '../../activities/qrs/app-memory.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { EVERY_SITE } from '../../ledger/pauses.ts';
import type { Trouble } from '../../workflows/contract.ts';

type Read = Pick<Ledger, 'counts' | 'troubles' | 'pausesInForce' | 'getSiteMemory'>;

/** Gauges of what the ledger holds; what is returned reads it anew. Every worker of an installation shows the same. */
export function ledgerGauges(
  registry: Registry,
  ledger: Read,
  sourcesOf: () => readonly string[],
): () => Promise<void> {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const awaiting = gauge('waybill_awaiting_decision', 'Apps that wait for a decision.', 'site');
  const oldest = gauge(
    'waybill_awaiting_decision_oldest_timestamp_seconds',
    'Since when the app that waits longest for a decision does.',
    'site',
  );
  const promotions = gauge('waybill_promotions_open', 'Promotions that have not ended.', 'site', 'state');
  const deliveries = gauge('waybill_deliveries_open', 'Deliveries that have not ended.', 'target', 'state');
  const stuck = gauge(
    'waybill_deliveries_stuck',
    'Deliveries that wait for the outside or an operator.',
    'target',
    'code',
  );
  const mails = gauge('waybill_mails_unsent', 'Mails that were not sent, by state.', 'state');
  const failures = gauge('waybill_reload_failures_open', 'Failed reloads that nobody was told of yet.', 'tenant');
  const alerts = gauge('waybill_alerts_unsent', 'Alerts that were not sent, by state.', 'destination', 'state');
  const paused = gauge('waybill_site_paused', '1 for a site at which nothing is begun; site="" is every site.', 'site');
  const sweeps = gauge(
    'waybill_site_sweeps',
    'Sweeps of a source that were done; it only rises while it is watched.',
    'site',
  );
  const all = [awaiting, oldest, promotions, deliveries, stuck, mails, failures, alerts, paused, sweeps];

  const read = (sources: readonly string[]) =>
    Promise.all([
      ledger.counts(),
      ledger.troubles<Trouble>(),
      ledger.pausesInForce(),
      Promise.all(sources.map((site) => ledger.getSiteMemory<SiteMemory>(site))),
    ]);

  return async () => {
    // A value that is out of date would look like a sound one.
    const sources = sourcesOf();
    const [counts, troubles, pauses, memories] = await read(sources).finally(() => all.forEach((one) => one.reset()));
    for (const { site, count, oldestSinceUtc } of counts.awaiting) {
      awaiting.set({ site }, count);
      oldest.set({ site }, Date.parse(oldestSinceUtc) / 1000);
    }
    for (const { site, state, count } of counts.openPromotions) promotions.set({ site, state }, count);
    for (const { target, state, count } of counts.openDeliveries) deliveries.set({ target, state }, count);
    for (const { target, trouble } of troubles) stuck.inc({ target, code: trouble.code });
    for (const { state, count } of counts.unsentMails) mails.set({ state }, count);
    for (const { tenant, count } of counts.openReloadFailures) failures.set({ tenant }, count);
    for (const { destination, state, count } of counts.unsentAlerts) alerts.set({ destination, state }, count);
    for (const { site } of pauses) paused.set({ site: site === EVERY_SITE ? '' : site }, 1);
    for (const [index, site] of sources.entries()) sweeps.set({ site }, memories[index]?.memory.sweeps ?? 0);
  };
}
