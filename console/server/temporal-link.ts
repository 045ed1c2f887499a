import type { Config } from '../../config/types.ts';
import { connectTemporal, type TemporalClient } from '../../temporal/connect.ts';

const CONNECT_TIMEOUT_MS = 5000;

/** One connection to Temporal for all pages: made when the first one asks, and again after it could not be made. */
export function temporalLink(config: Config): { connected(): Promise<TemporalClient>; close(): Promise<void> } {
  let link: Promise<TemporalClient> | undefined;
  return {
    connected() {
      link ??= connectTemporal({ config, connectTimeoutMs: CONNECT_TIMEOUT_MS }).catch((error: unknown) => {
        link = undefined;
        throw error;
      });
      return link;
    },
    async close() {
      const open = await link?.catch(() => undefined);
      await open?.close();
    },
  };
}
