import path from 'node:path';
import { installationSecret } from './installation-secret.ts';
import type { ParsedConfig } from './schema.ts';
import type { Config, SourceConfig, StreamConfig, TenantConfig } from './types.ts';

/** Fills what depends on other settings, and makes every path absolute. `folder` is the one of the file. */
export function complete(parsed: ParsedConfig, folder: string): Config {
  const dataFolder = path.resolve(folder, parsed.dataFolder);
  const inData = (name: string): string => path.resolve(dataFolder, name);
  return {
    ...parsed,
    dataFolder,
    installation: { ...parsed.installation, secret: parsed.installation.secret ?? installationSecret(dataFolder) },
    timeZone: parsed.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    sites: mapEntries(parsed.sites, (site, alias) => ({
      ...site,
      alias,
      label: site.label ?? alias,
      publicHost: site.publicHost ?? site.hosts[0] ?? alias,
    })),
    sources: mapEntries(parsed.sources, (source, alias) => completeSource(source, alias, Object.keys(parsed.targets))),
    targets: mapEntries(parsed.targets, (target, alias) => ({ ...target, alias })),
    artifacts: { ...parsed.artifacts, folder: inData(parsed.artifacts.folder) },
    ledger: { ...parsed.ledger, file: inData(parsed.ledger.file) },
    temporal: {
      ...parsed.temporal,
      devServer: { ...parsed.temporal.devServer, database: inData(parsed.temporal.devServer.database) },
    },
    listener: { ...parsed.listener, publicUrl: publicUrlOf(parsed.listener) },
    console: { ...parsed.console, publicUrl: publicUrlOf(parsed.console) },
    alerts: {
      ...parsed.alerts,
      deadLetters: inData(parsed.alerts.deadLetters),
      scriptLogs: { ...parsed.alerts.scriptLogs, folder: inData(parsed.alerts.scriptLogs.folder) },
      tenants: mapEntries(parsed.alerts.tenants, completeTenant),
    },
    logging: { ...parsed.logging, file: parsed.logging.file && inData(parsed.logging.file) },
  };
}

type ParsedSource = ParsedConfig['sources'][string];

function completeSource(source: ParsedSource, alias: string, targets: readonly string[]): SourceConfig {
  return {
    ...source,
    alias,
    sweepMs: source.sweepMs ?? (source.watch === 'poll' ? 60_000 : 300_000),
    targets: source.targets ?? targets.filter((target) => target !== alias),
    streams: mapEntries(
      source.streams,
      (stream): StreamConfig => ({ alert: stream.alert, approval: { ...source.approval, ...stream.approval } }),
    ),
  };
}

function completeTenant(tenant: ParsedConfig['alerts']['tenants'][string], alias: string): TenantConfig {
  const url = tenant.url.replace(/\/+$/, '');
  return { ...tenant, alias, url, qmcUrl: tenant.qmcUrl ?? `${url}/console`, hubUrl: tenant.hubUrl ?? url };
}

/** Where others reach a server of ours: what somebody says, else what it listens on; without a slash at the end. */
function publicUrlOf(server: ParsedConfig['listener'] | ParsedConfig['console']): string {
  const scheme = server.tls ? 'https' : 'http';
  const host = server.bind.includes(':') ? `[${server.bind}]` : server.bind;
  return (server.publicUrl ?? `${scheme}://${host}:${server.port}`).replace(/\/+$/, '');
}

function mapEntries<From, To>(
  entries: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, change(value, key)]));
}
