import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createQlikCloudClients, type QlikCloudClients } from '../../../activities/qlik-cloud/cloud-clients.ts';
import type { QlikCloudClient } from '../../../activities/qlik-cloud/cloud-client.ts';
import { configFromYaml } from '../../../config/load.ts';
import type { AlertsConfig } from '../../../config/types.ts';
import {
  type CloudTenant,
  type CloudTenantOptions,
  startCloudTenant,
} from '../../../sandbox/cloud/start-cloud-tenant.ts';
import { type MemoryLogger, memoryLogger } from '../../harness/memory-logger.ts';

/** What a test changes in the settings of the tenant. */
export interface TenantSettings {
  url?: string;
  timeout?: string;
  apiKey?: string;
  login?: { clientId: string; clientSecret: string };
  /** Name of a file in the folder of the world. */
  ca?: string;
}

/** A tenant with the app Sales of Ann, and a client of it that is called `eu` in the configuration. */
export interface CloudWorld extends AsyncDisposable {
  tenant: CloudTenant;
  ann: string;
  app: string;
  /** For the authority's file and the like. */
  folder: string;
  logger: MemoryLogger;
  clients: QlikCloudClients;
  client(): QlikCloudClient;
  /** Settings that count from the next call of `client` on. */
  set(settings: TenantSettings): void;
  /** With the OAuth client that is there from the start. */
  useOAuth(): void;
}

/** Starts one; everything of it is gone when it is disposed of. */
export async function startCloudWorld(
  options: CloudTenantOptions & Pick<TenantSettings, 'timeout' | 'ca'> = {},
): Promise<CloudWorld> {
  const { timeout = '10s', ca, ...ofTenant } = options;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-cloud-'));
  const tenant = await startCloudTenant(ofTenant);
  if (tenant.caPem !== '') await writeFile(path.join(folder, 'ca.pem'), tenant.caPem);
  const ann = tenant.actAs.createUser({ name: 'Ann Andersson', email: 'ann@acme.example' });
  const space = tenant.actAs.createSpace({ name: 'Finance', owner: ann });
  const app = tenant.actAs.createApp({ name: 'Sales', owner: ann, space, tags: ['alert', 'daily'] });
  const usual = { url: tenant.url, timeout, apiKey: tenant.apiKey };
  const configOf = (settings: TenantSettings) => alertsConfig(folder, { ...usual, ...settings });
  let config = configOf({ ca });
  const logger = memoryLogger();
  const clients = createQlikCloudClients(() => config, logger);
  const set = (settings: TenantSettings): void => {
    config = configOf(settings);
  };
  return {
    tenant,
    ann,
    app,
    folder,
    logger,
    clients,
    client: () => clients.get('eu'),
    set,
    useOAuth: () => {
      set({ apiKey: undefined, login: { clientId: tenant.oauthClient.id, clientSecret: tenant.oauthClient.secret } });
    },
    async [Symbol.asyncDispose]() {
      await clients.close(0);
      await tenant.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As a configuration file would give it. */
export function alertsConfig(folder: string, settings: TenantSettings, env: NodeJS.ProcessEnv = {}): AlertsConfig {
  const eu = JSON.parse(JSON.stringify({ id: 'tenantid000000000000000000000001', ...settings })) as object;
  return configFromYaml(JSON.stringify({ alerts: { tenants: { eu } } }), folder, env).alerts;
}
