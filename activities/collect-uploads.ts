import { isWaybillError } from '../common/errors/waybill-error.ts';
import type { ActivityDependencies } from './dependencies.ts';

/**
 * Ends uploads to S3 that a dead process left half-way, in the bucket of versions and in that of artifacts; those that
 * were begun longer ago than `staging.sweepAfter`. Returns how many. Safe to repeat. A store that does not allow it is
 * logged and left: its own lifecycle rule may do the same.
 */
export async function collectUploads(deps: ActivityDependencies): Promise<number> {
  const { staging, versioning } = deps.config();
  const olderThanMs = staging.sweepAfterMs;
  const fromVersions = async (): Promise<number> => (await deps.versions()).endAbandonedUploads(olderThanMs);
  const fromArtifacts = async (): Promise<number> => (await deps.artifacts()).endAbandonedUploads(olderThanMs);
  const inVersions = versioning.mode === 'off' ? 0 : await unlessDenied(deps, fromVersions);
  const ended = inVersions + (await unlessDenied(deps, fromArtifacts));
  if (ended > 0) deps.logger.info({ ended }, 'ended uploads to S3 that a dead process had left half-way');
  return ended;
}

async function unlessDenied({ logger }: ActivityDependencies, end: () => Promise<number>): Promise<number> {
  try {
    return await end();
  } catch (error) {
    if (!isWaybillError(error) || error.code !== 'WAYBILL_S3_DENIED') throw error;
    logger.warn({ err: error }, 'uploads that were left half-way cannot be looked for');
    return 0;
  }
}
