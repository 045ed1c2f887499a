import { stringify } from 'yaml';
import type { Sandbox } from '../../sandbox/start-sandbox.ts';
import { BUCKET } from '../../sandbox/start-sandbox.ts';

export interface SandboxConfigOptions {
  readonly sandbox: Sandbox;
  /** Everything that Waybill keeps. */
  readonly dataFolder: string;
  /** Ports of listener, console and the Temporal development server; 0 is any. */
  readonly ports?: {
    readonly listener: number;
    readonly temporal: number;
    readonly temporalUi: number;
    readonly console: number;
  };
}

/** The YAML configuration of a Waybill on a sandbox: the first site is the source, the others are targets. */
export function sandboxConfig({ sandbox, dataFolder, ports }: SandboxConfigOptions): string {
  const [source = '', ...targets] = [...sandbox.sites.keys()];
  const config = {
    installation: { id: 'sandbox' },
    dataFolder,
    sites: Object.fromEntries([...sandbox.sites].map(([alias, site]) => [alias, siteConfig(alias, site)])),
    sources: {
      [source]: {
        watch: 'callback',
        streams: { Sales: { alert: ['bert@company.example'] } },
        approval: { ownerMayApprove: false },
      },
    },
    targets: Object.fromEntries(targets.map((alias) => [alias, {}])),
    versioning: versioningConfig(sandbox),
    mail: {
      enabled: true,
      host: sandbox.inbox.host,
      port: sandbox.inbox.port,
      tls: 'none',
      from: 'waybill@company.example',
      operators: ['operations@company.example'],
    },
    ...(ports
      ? {
          listener: { port: ports.listener },
          console: { port: ports.console },
          temporal: { devServer: { port: ports.temporal, uiPort: ports.temporalUi } },
        }
      : {}),
    timeouts: { heartbeatEvery: '1s' },
    // These sites do not lag behind their own writes: what a target lacks is looked for again a second later.
    retry: { lookAfter: '3s' },
    logging: { file: `${dataFolder}/waybill.log`, level: 'info' },
  };
  return stringify(config);
}

function siteConfig(alias: string, site: { host: string; port: number; certificatesFolder: string }): object {
  const { host, port, certificatesFolder } = site;
  return { hosts: [host], port, certificates: certificatesFolder, publicHost: `qlik-${alias}.company.example` };
}

function versioningConfig({ s3 }: Sandbox): object {
  if (!s3) return { mode: 'off' };
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  return {
    mode: 'always',
    bucket: BUCKET,
    prefix: 'promoted/',
    endpoint,
    region,
    pathStyle: true,
    // Keys of a server on this machine that is made up for the sandbox and ends with it.
    credentials: { accessKeyId, secretAccessKey },
  };
}
