/** The gateway as `waybill gateway` runs it, with its defaults. */
import os from 'node:os';
import { runGateway } from '../../gateway/run-gateway.ts';
import { readSettings } from '../../gateway/settings.ts';
import { serveParent } from './serve-parent.ts';

interface Options {
  readonly brokerUrl: string;
  readonly tenant: string;
  readonly secret: string;
}

await serveParent(async ({ brokerUrl, tenant, secret }: Options) => {
  const settings = readSettings(
    JSON.stringify({
      listen: { port: 0 },
      broker: { url: brokerUrl },
      tenants: [{ id: tenant, secrets: [{ env: 'SECRET' }] }],
    }),
    { folder: os.tmpdir(), env: { SECRET: secret } },
  );
  const gateway = await runGateway(settings);
  return { ready: `${gateway.url}${settings.path}/${tenant}`, close: () => gateway.close() };
});
