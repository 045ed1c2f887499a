import type { Config } from '../../config/types.ts';
import type { KeptFiles } from '../../console/server/kept-files.ts';

/** The files that a console offers: those of the stores that its configuration names. */
export interface ConsoleFiles extends KeptFiles {
  /** Goes on with the stores of other settings; what is being read is read to its end. */
  takeOver(config: Config): void;
  /** Closes what was opened. Safe to repeat. */
  close(): Promise<void>;
}

/** Opens each store when a file of it is first asked for. */
export async function keptFiles(config: Config): Promise<ConsoleFiles> {
  const { openArtifacts } = await import('../../worker/open-artifacts.ts');
  const { openVersions } = await import('../../worker/open-versions.ts');
  const storesOf = (settings: Config) => ({
    artifacts: openArtifacts(settings),
    versions: closable(openVersions(settings)),
  });
  let stores = storesOf(config);
  const all = [stores];
  return {
    artifact: async (sha256) => (await stores.artifacts()).open(sha256),
    version: async ({ key, versionId }) => (await stores.versions.open()).open(key, versionId),
    takeOver(wanted) {
      stores = storesOf(wanted);
      all.push(stores);
    },
    async close() {
      await Promise.all(all.map(({ versions }) => versions.close()));
    },
  };
}

/** Closes only what was opened: opening a store for that could fail. */
function closable<Store extends { close(): void }>(open: () => Promise<Store>) {
  let opened: Promise<Store> | undefined;
  return {
    open: () => (opened = open()),
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}
