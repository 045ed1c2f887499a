import { waybillError } from '../common/errors/catalogue.ts';
import type { Config, SiteConfig, SourceConfig, TargetConfig } from './types.ts';

/** The site of an alias. @throws WAYBILL_CONFIG_UNKNOWN_SITE */
export function siteOf(config: Pick<Config, 'sites'>, alias: string): SiteConfig {
  return config.sites[alias] ?? unknown('site', alias, config.sites);
}

/** The source of an alias. @throws WAYBILL_CONFIG_UNKNOWN_SITE */
export function sourceOf(config: Config, alias: string): SourceConfig {
  return config.sources[alias] ?? unknown('source', alias, config.sources);
}

/** The target of an alias. @throws WAYBILL_CONFIG_UNKNOWN_SITE */
export function targetOf(config: Config, alias: string): TargetConfig {
  return config.targets[alias] ?? unknown('target', alias, config.targets);
}

/** The sites that a worker process serves: those of `worker.sites`, else all. */
export function servedSites(config: Pick<Config, 'worker' | 'sites'>): readonly string[] {
  return config.worker.sites.length > 0 ? config.worker.sites : Object.keys(config.sites);
}

function unknown(role: string, site: string, entries: Readonly<Record<string, unknown>>): never {
  throw waybillError('WAYBILL_CONFIG_UNKNOWN_SITE', { role, site, known: Object.keys(entries).join(', ') });
}
