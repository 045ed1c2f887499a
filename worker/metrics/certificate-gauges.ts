import { Gauge, type Registry } from 'prom-client';
import { certificatesOf } from '../../activities/qrs/client/certificates.ts';
import { siteOf } from '../../config/lookup.ts';
import type { Config } from '../../config/types.ts';

/** Gauges of how long certificates of the sites are valid; what is returned reads the files anew. */
export function certificateGauges(
  registry: Registry,
  config: () => Pick<Config, 'sites'>,
  served: () => readonly string[],
): () => Promise<void> {
  const expiry = new Gauge({
    name: 'waybill_certificate_expiry_timestamp_seconds',
    help: 'When a certificate of a site ends: client is ours, root that of its authority. Missing: it cannot be read.',
    labelNames: ['site', 'certificate'],
    registers: [registry],
  });
  const read = async (site: string): Promise<void> => {
    const { client, root } = await certificatesOf(siteOf(config(), site));
    expiry.set({ site, certificate: 'client' }, Date.parse(client.validToUtc) / 1000);
    expiry.set({ site, certificate: 'root' }, Date.parse(root.validToUtc) / 1000);
  };
  return async () => {
    expiry.reset();
    // One that cannot be read is told when its site is spoken to; here it is missing.
    await Promise.allSettled(served().map(read));
  };
}
