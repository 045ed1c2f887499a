import type { LedgerStore } from './ledger.ts';

/** An app whose promotion has something to do or to wait for. */
export interface OpenWork {
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  /** The open promotions, oldest first; none for an app that waits for a decision. */
  readonly promotionKeys: readonly string[];
}

const ALL = 100_000;

/** Every app that is promoted or waits now, of one site or of all: what has to run in Temporal. */
export async function openWork(
  ledger: Pick<LedgerStore, 'listPromotions' | 'listAwaiting'>,
  site?: string,
): Promise<OpenWork[]> {
  const open = await ledger.listPromotions({ site, open: true, limit: ALL });
  const waiting = await ledger.listAwaiting({ site, limit: ALL });
  const apps = new Map<string, OpenWork>();
  for (const { site, appId, appName, ...row } of [...waiting, ...open.toReversed()]) {
    const id = `${site}\n${appId}`;
    const known = apps.get(id)?.promotionKeys ?? [];
    const promotionKeys = 'promotionKey' in row ? [...known, row.promotionKey] : known;
    apps.set(id, { site, appId, appName, promotionKeys });
  }
  return [...apps.values()];
}
