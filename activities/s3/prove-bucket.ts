import { randomUUID } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetBucketVersioningCommand,
  ListObjectsV2Command,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { ObjectStoreConfig } from '../../config/types.ts';
import { createObjectClients } from './object-client.ts';
import { asS3Error, type BucketPlace } from './s3-errors.ts';

const TEST_BYTES = 1024;

export interface BucketProof {
  readonly setting: BucketPlace['setting'];
  /** The bucket has to keep versions. */
  readonly versioned: boolean;
  /** Whether the right to write is proven: bytes are sent as part of an upload that is given up, which deletes them. */
  readonly write: boolean;
}

/**
 * Nothing where a bucket is as Waybill needs it. Safe to repeat.
 * @throws WAYBILL_S3_*, WAYBILL_VERSION_STORE_UNVERSIONED, WAYBILL_CONFIG_SECRET_MISSING
 */
export async function proveBucket(config: ObjectStoreConfig, proof: BucketProof): Promise<void> {
  const { bucket: Bucket, prefix, endpoint } = config;
  const place: BucketPlace = { bucket: Bucket, endpoint: endpoint ?? 'AWS', setting: proof.setting };
  const clients = await createObjectClients(config, proof.setting);
  const told = <T>(operation: string, call: Promise<T>): Promise<T> =>
    call.catch((error: unknown) => {
      throw asS3Error(error, operation, place);
    });
  try {
    const { retrying } = clients;
    if (proof.versioned) {
      const { Status } = await told(
        's3:GetBucketVersioning',
        retrying.send(new GetBucketVersioningCommand({ Bucket })),
      );
      if (Status !== 'Enabled')
        throw waybillError('WAYBILL_VERSION_STORE_UNVERSIONED', { ...place, status: Status ?? 'off' });
    } else {
      await told('s3:ListBucket', retrying.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 })));
    }
    if (!proof.write) return;
    const Key = `${prefix}waybill-doctor/${randomUUID()}`;
    const begun = await told('s3:PutObject', retrying.send(new CreateMultipartUploadCommand({ Bucket, Key })));
    const { UploadId } = begun;
    const part = { Bucket, Key, UploadId, PartNumber: 1, Body: Buffer.alloc(TEST_BYTES) };
    const sent = told('s3:PutObject', retrying.send(new UploadPartCommand(part)));
    await sent.catch(() => undefined);
    await told('s3:AbortMultipartUpload', retrying.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })));
    await sent;
  } finally {
    clients.close();
  }
}
