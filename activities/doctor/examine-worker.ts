import { hostname } from 'node:os';
import { type Finding, ok } from '../../common/finding.ts';
import { roomOf } from '../../common/folder-room.ts';
import type { Config } from '../../config/types.ts';
import { diskFinding } from '../../rules/doctor/disk.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { type BucketProof, proveBucket } from '../s3/prove-bucket.ts';
import { findingOfError } from './finding-of-error.ts';
import { lookAtBroker } from './look-at-broker.ts';
import { lookAtListener } from './look-at-listener.ts';
import { lookAtMail } from './look-at-mail.ts';
import { lookAtTenants } from './look-at-tenants.ts';

/**
 * Looks at all that a worker needs besides the sites: its disk, mail, S3, the MQTT broker, tenants of Qlik Cloud, the
 * listener's address. With `scratch` the right to write to a bucket is proven. Safe to repeat. Never throws for what it
 * finds.
 */
export async function examineWorker(
  deps: ActivityDependencies,
  { scratch }: { readonly scratch: boolean },
): Promise<readonly Finding[]> {
  const config = deps.config();
  const { broker } = config.alerts;
  const isCalled = Object.values(config.sources).some(({ watch }) => watch === 'callback');
  const [disks, mail, buckets, tenants, ofBroker, ofListener] = await Promise.all([
    lookAtDisks(config),
    lookAtMail(deps),
    lookAtBuckets(deps, scratch),
    lookAtTenants(deps),
    broker && lookAtBroker(deps, broker),
    isCalled && lookAtListener(config),
  ]);
  const others = [ofBroker, ofListener].flatMap((found) => found || []);
  return [...disks, ...mail, ...buckets, ...tenants, ...others];
}

async function lookAtDisks({ dataFolder, artifacts }: Config): Promise<Finding[]> {
  const subject = `worker on ${hostname()}`;
  const isElsewhere = artifacts.kind === 'folder' && !artifacts.folder.startsWith(dataFolder);
  const folders = [
    ['dataFolder', dataFolder],
    ...(isElsewhere ? ([['artifacts.folder', artifacts.folder]] as const) : []),
  ] as const;
  return Promise.all(
    folders.map(async ([setting, folder]) => diskFinding(subject, { folder, setting, ...(await roomOf(folder)) })),
  );
}

async function lookAtBuckets(deps: ActivityDependencies, write: boolean): Promise<Finding[]> {
  const { versioning, artifacts } = deps.config();
  const { bucket } = versioning;
  const isKept = versioning.mode !== 'off' && bucket !== undefined;
  return [
    ...(isKept
      ? [await bucketFinding(deps, { ...versioning, bucket }, { setting: 'versioning', versioned: true, write })]
      : []),
    ...(artifacts.kind === 's3' && artifacts.s3
      ? [await bucketFinding(deps, artifacts.s3, { setting: 'artifacts.s3', versioned: false, write })]
      : []),
  ];
}

async function bucketFinding(
  deps: ActivityDependencies,
  store: Parameters<typeof proveBucket>[0],
  proof: BucketProof,
): Promise<Finding> {
  const about = [proof.versioned ? 's3.versions' : 's3.artifacts', `S3 bucket ${store.bucket}`] as const;
  try {
    await proveBucket(store, proof);
    const written = proof.write ? 'it may be written to' : 'whether it may be written to was not proven';
    return ok(about, `It is there${proof.versioned ? ' and keeps versions' : ''}; ${written}.`);
  } catch (error) {
    return findingOfError(deps, about, error);
  }
}
