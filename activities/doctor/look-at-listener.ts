import { hostname } from 'node:os';
import { Agent, request } from 'undici';
import { broken, type Finding, look, ok } from '../../common/finding.ts';
import type { Config } from '../../config/types.ts';

const TIMEOUT_MS = 10_000;
const certificateCodes = /^(ERR_TLS_CERT|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET))/;

/** Whether the listener answers at the address that the sites are given, asked from the worker. Changes nothing. */
export async function lookAtListener({ listener }: Pick<Config, 'listener'>): Promise<Finding> {
  const about = ['listener.address', 'listener'] as const;
  const { publicUrl } = listener;
  const dispatcher = new Agent({ connect: { timeout: TIMEOUT_MS } });
  try {
    const url = `${publicUrl.replace(/\/+$/, '')}/health/live`;
    const timeouts = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
    const { statusCode, body } = await request(url, { dispatcher, ...timeouts });
    const isOurs = statusCode === 200 && /"live"\s*:\s*true/.test(await body.text());
    if (isOurs) return ok(about, `It answers at ${publicUrl}.`);
    const remedy = 'Correct listener.publicUrl, or what passes its calls on, so that it leads to the listener.';
    return broken(about, `Something else answers at ${publicUrl} (status ${statusCode}).`, remedy);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (certificateCodes.test(code)) {
      const remedy =
        'Make sure that the Qlik servers trust the certificate of listener.tls; they do not call otherwise.';
      return look(
        about,
        `It answers at ${publicUrl}, with a certificate that this host does not trust (${code}).`,
        remedy,
      );
    }
    const remedy = `Start \`waybill listener\` (or \`waybill up\`), correct listener.publicUrl, or open the firewall for it. Where no site may call in, set watch: poll under each of sources.`;
    return broken(about, `Nothing answers at ${publicUrl}, asked from ${hostname()}: ${code}.`, remedy);
  } finally {
    await dispatcher.destroy();
  }
}
