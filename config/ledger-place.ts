import type { LedgerConfig } from './types.ts';

/** Where the ledger of a configuration is, its password read now. */
export type LedgerPlaceOfConfig =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly ca: string | undefined };

/** What `openLedger` takes for these settings. @throws WAYBILL_CONFIG_SECRET_MISSING */
export async function ledgerPlace({ kind, file, url, ca }: LedgerConfig): Promise<LedgerPlaceOfConfig> {
  return kind === 'sqlite' ? { kind, file } : { kind, url: (await url?.resolve()) ?? '', ca };
}
