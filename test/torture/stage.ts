import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startS3 } from '../../sandbox/s3/start-s3.ts';
import type { Stage } from './open-world.ts';

/** A stage that a program opened for itself. */
export interface OpenStage extends Stage {
  close(): Promise<void>;
}

/** Starts the S3 server that all stories share; where there is none, stories keep no versions, and `report` says why. */
export async function openStage(temporalAddress: string, report: (line: string) => void): Promise<OpenStage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-torture-'));
  const s3 = await startS3({ folder, report }).catch((error: Error) => {
    report(`Stories keep no versions, for there is no S3 server: ${error.message}`);
    return undefined;
  });
  const close = async (): Promise<void> => {
    await s3?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return { temporalAddress, s3, close };
}
