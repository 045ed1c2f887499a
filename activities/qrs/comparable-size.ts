import type { ActivityDependencies } from '../dependencies.ts';
import type { Artifact } from '../promotion-types.ts';

/** What is known of the sizes that a site shows of its apps. */
interface SizeMemory {
  /** Twice it showed the same size for an upload, and another than that of the file. */
  readonly showsOtherSizes: boolean;
}

/** Bytes that an upload of the file must have at a site; 0 where sizes tell nothing there. */
export async function comparableSize(deps: ActivityDependencies, site: string, artifact: Artifact): Promise<number> {
  if (!artifact.sizeComparable) return 0;
  const known = await deps.ledger.getSiteMemory<SizeMemory>(memoryOf(site));
  return known?.memory.showsOtherSizes ? 0 : artifact.sizeBytes;
}

/** Remembers that a site does not show the size of the file that was uploaded. Safe to repeat. */
export async function rememberOtherSizes(deps: ActivityDependencies, site: string): Promise<void> {
  await deps.ledger.putSiteMemory(memoryOf(site), { showsOtherSizes: true } satisfies SizeMemory);
}

function memoryOf(site: string): string {
  return `target-sizes:${site}`;
}
