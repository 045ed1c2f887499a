import path from 'node:path';
import { placeholdersIn } from '../../config/placeholders.ts';
import { retrySection, timeoutsSection } from '../../config/sections/timing.ts';
import { secretRef } from '../../config/secret-ref.ts';
import type { Config, SiteConfig } from '../../config/types.ts';
import type { RecordedSite } from '../../setup/record.ts';
import type { SourceSetup } from '../../setup/source-setup.ts';
import { quietLogger } from './quiet-logger.ts';

export interface OpenedSource {
  readonly site: SiteConfig;
  readonly config: Pick<Config, 'timeouts' | 'retry'>;
  readonly configFile: string;
}

/** Opens a source of a configuration to set it up. @throws WAYBILL_SETUP_RECORD_UNREADABLE, WAYBILL_SETUP_OTHER_SITE */
export async function openSource({ site, config, configFile }: OpenedSource): Promise<SourceSetup> {
  const { openSourceSetup } = await import('../../setup/source-setup.ts');
  const { recordFileOf } = await import('../../setup/config-file.ts');
  return openSourceSetup({
    alias: site.alias,
    site,
    recorded: recordedSite(site),
    timeouts: config.timeouts,
    pace: config.retry,
    recordFile: recordFileOf(configFile),
    logger: quietLogger,
  });
}

/** Opens the source that a record names, by the configuration where that still has it. Throws as `openSource`. */
export async function openRecorded(
  site: RecordedSite,
  config: Config | undefined,
  { configFile, environment }: { readonly configFile: string; readonly environment: NodeJS.ProcessEnv },
): Promise<SourceSetup> {
  const configured = config?.sites[site.alias];
  const isSame = configured?.port === site.port && configured.hosts.some((host) => site.hosts.includes(host));
  if (config && configured && isSame) return openSource({ site: configured, config, configFile });
  const { openSourceSetup } = await import('../../setup/source-setup.ts');
  const { recordFileOf } = await import('../../setup/config-file.ts');
  const { certificatePassword, ...rest } = site;
  const password = certificatePassword && secretRef(certificatePassword, path.dirname(configFile), environment);
  return openSourceSetup({
    alias: site.alias,
    site: { ...rest, ...(password && { certificatePassword: password }) },
    recorded: site,
    timeouts: timeoutsSection.parse({}),
    pace: retrySection.parse({}),
    recordFile: recordFileOf(configFile),
    logger: quietLogger,
  });
}

/** A password that is written in the configuration itself is not copied. */
function recordedSite({
  alias,
  hosts,
  port,
  certificates,
  certificatePassword,
  serverName,
  user,
}: SiteConfig): RecordedSite {
  const password = certificatePassword?.describe() ?? '';
  return {
    alias,
    hosts,
    port,
    certificates,
    user,
    ...(placeholdersIn(password)[0] === password && { certificatePassword: password }),
    ...(serverName !== undefined && { serverName }),
  };
}
