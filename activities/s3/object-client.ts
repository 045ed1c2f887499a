import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { ObjectStoreConfig } from '../../config/types.ts';
import type { BucketPlace } from './s3-errors.ts';

/** How a bucket is reached; of `artifacts.s3` or `versioning`. */
export type BucketAccess = Omit<ObjectStoreConfig, 'bucket'>;

export interface ObjectClientTimeouts {
  connectMs: number;
  /** No byte in either direction for this long ends a request. */
  stallMs: number;
}

const defaultTimeouts: ObjectClientTimeouts = { connectMs: 10_000, stallMs: 120_000 };
/** Keys from a setting are read again after this time, so that a changed secret needs no restart. */
const CREDENTIALS_LIVE_MS = 15 * 60_000;

/** Two ways to send a call to one store. */
export interface ObjectClients {
  /** Repeats a failed call a few times by itself: for reads, and for writes that may happen twice. */
  retrying: S3Client;
  /** Sends a call once only. */
  once: S3Client;
  close(): void;
}

/**
 * The clients of a bucket's store; the caller closes them. `setting` is the one that `access` comes from.
 * @throws WAYBILL_S3_CA_UNREADABLE
 */
export async function createObjectClients(
  access: BucketAccess,
  setting: BucketPlace['setting'],
  timeouts: ObjectClientTimeouts = defaultTimeouts,
): Promise<ObjectClients> {
  const ca = access.ca === undefined ? undefined : await authorities(access.ca, setting);
  const agent = new Agent({ keepAlive: true, maxSockets: 50, ca });
  const retrying = createClient(access, timeouts, agent, 3);
  const once = createClient(access, timeouts, agent, 1);
  return {
    retrying,
    once,
    close: () => {
      retrying.destroy();
      once.destroy();
    },
  };
}

/** Also those that Node knows: the endpoint may redirect, or change to a public certificate one day. */
async function authorities(file: string, setting: BucketPlace['setting']): Promise<string[]> {
  try {
    return [...rootCertificates, await readFile(file, 'utf8')];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw waybillError('WAYBILL_S3_CA_UNREADABLE', { file, setting, reason: code }, { cause: error });
  }
}

function createClient(access: BucketAccess, timeouts: ObjectClientTimeouts, agent: Agent, attempts: number): S3Client {
  return new S3Client({
    ...(access.endpoint === undefined ? awsSettings(access) : compatibleSettings(access)),
    credentials: access.credentials === undefined ? undefined : () => resolveKeys(access),
    maxAttempts: attempts,
    forcePathStyle: access.pathStyle,
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      socketTimeout: timeouts.stallMs,
      httpsAgent: agent,
    },
  });
}

function awsSettings({ region }: BucketAccess): S3ClientConfig {
  return region === undefined ? {} : { region };
}

/** Other stores do not all know the newer checksums of AWS; what they store is checked by size and our own hash. */
function compatibleSettings({ endpoint, region }: BucketAccess): S3ClientConfig {
  return {
    endpoint,
    region: region ?? 'us-east-1',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

async function resolveKeys({ credentials }: BucketAccess): Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration: Date;
}> {
  return {
    accessKeyId: credentials?.accessKeyId ?? '',
    secretAccessKey: (await credentials?.secretAccessKey.resolve()) ?? '',
    sessionToken: await credentials?.sessionToken?.resolve(),
    expiration: new Date(Date.now() + CREDENTIALS_LIVE_MS),
  };
}
