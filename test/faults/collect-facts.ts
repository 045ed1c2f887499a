import { readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LedgerRecord } from '../../ledger/records.ts';
import type { QrsSite } from '../../sandbox/qrs/site.ts';
import type { SandboxS3 } from '../../sandbox/s3/start-s3.ts';
import { queries } from '../../workflows/contract.ts';
import type { World } from '../harness/world.ts';
import type {
  DecisionFacts,
  Expectations,
  LedgerFacts,
  LookFacts,
  MailFacts,
  RunFacts,
  RunSettings,
  SiteFacts,
  StoreFacts,
  WorkflowFacts,
} from './checker/run-facts.ts';

export interface CollectOptions {
  readonly expected?: Expectations;
  /** A ledger that was lost, and whose place a backup took: what it alone knows counts as well. */
  readonly lostLedger?: Ledger;
  /** The workflows to look at, for a server that lists none. Default: all of the world's task queue. */
  readonly workflowIds?: readonly string[];
  /** The host's time for one of the ledger, where Waybill's clock is another one than the sites' host's. */
  readonly hostUtcOf?: (utc: string) => string;
  /** The store that versions go to, with the bucket's name. */
  readonly store?: { readonly s3: Pick<SandboxS3, 'client'>; readonly bucket: string };
}

/** Everything that the run of a test world left behind, for the checker. Reads only; sites' logs begin with the site. */
export async function collectFacts(world: World, options: CollectOptions = {}): Promise<RunFacts> {
  const { config, inbox } = world;
  return {
    settings: settingsOf(config),
    sites: Object.fromEntries(Object.values(world.sites).map((site) => [site.alias, siteFacts(config, site)])),
    ledger: inHostTime(
      withLost(await ledgerFacts(world.ledger), options.lostLedger && (await ledgerFacts(options.lostLedger))),
      options.hostUtcOf,
    ),
    mails: inbox.messages().map(({ messageId, to, subject, text, raw = '' }) => ({
      messageId,
      to,
      subject,
      text,
      ...headersOf(raw),
    })),
    ...(options.store && { store: await storeFacts(options.store.s3.client(), options.store.bucket) }),
    incoming: await filesIn(path.join(config.artifacts.folder, 'incoming')),
    workflows: await workflowFacts(world, options.workflowIds),
    expected: options.expected ?? {},
  };
}

function settingsOf(config: Config): RunSettings {
  const sources = Object.values(config.sources).map((source) => [
    source.alias,
    {
      properties: source.properties,
      words: source.words,
      unpublish: source.afterPromotion.unpublish,
      whenChanged: source.whenChanged,
      dataCounts: source.dataCountsAsContent,
      reload: source.promoteOnReload,
    },
  ]);
  const targets = Object.values(config.targets).map((target) => [
    target.alias,
    { data: target.data, ...(target.newAppOwner.fallback && { fallbackOwner: target.newAppOwner.fallback }) },
  ]);
  return {
    installation: config.installation.id,
    sources: Object.fromEntries(sources) as RunSettings['sources'],
    targets: Object.fromEntries(targets) as RunSettings['targets'],
    mails: config.mail.enabled,
  };
}

/** What Waybill asked the site about objects; the filter names their apps. */
function looksAt(site: QrsSite): LookFacts[] {
  return site.requestLog
    .all()
    .filter(({ method, path, status }) => method === 'GET' && path.startsWith('/qrs/app/object/full') && status === 200)
    .map(({ hostUtc, path }) => ({ hostUtc, appIds: decodeURIComponent(path).match(/[0-9a-f-]{36}/g) ?? [] }));
}

function siteFacts(config: Config, site: QrsSite): SiteFacts {
  const { directory, id } = config.sites[site.alias]?.user ?? site.apiUser;
  return {
    looks: looksAt(site),
    apiUser: `${directory}\\${id}`,
    accounts: site.accounts(),
    start: [],
    startStreams: [],
    events: [...site.events()],
    end: site.standing(),
    openExports: site.openExports(),
  };
}

async function ledgerFacts(ledger: Ledger): Promise<LedgerFacts> {
  const all = { limit: 100_000 };
  const [promotions, records, openClaims, deliveries, stagings, mails] = await Promise.all([
    ledger.listPromotions<DecisionFacts>(all),
    ledger.listRecords(all),
    ledger.openClaims(),
    ledger.listDeliveries(all),
    ledger.listStagings(),
    ledger.listMails(all),
  ]);
  return { promotions, records, openClaims, deliveries, stagings, mails };
}

function inHostTime(facts: LedgerFacts, hostUtcOf?: (utc: string) => string): LedgerFacts {
  if (!hostUtcOf) return facts;
  const isTime = (key: string, value: unknown): value is string => key.endsWith('Utc') && typeof value === 'string';
  const inHost = (key: string, value: unknown): unknown => (isTime(key, value) ? hostUtcOf(value) : value);
  return JSON.parse(JSON.stringify(facts), inHost) as LedgerFacts;
}

/**
 * Rows of a lost ledger that the present one has not; its open claims died with it. What both have recorded happened when
 * the lost one says.
 */
function withLost(now: LedgerFacts, lost: LedgerFacts | undefined): LedgerFacts {
  if (!lost) return now;
  return {
    promotions: joined(now.promotions, lost.promotions, ({ promotionKey }) => promotionKey),
    records: inOrder(joined(lost.records, now.records, ({ promotionKey, seq }) => `${promotionKey} ${seq}`)),
    openClaims: now.openClaims,
    deliveries: joined(now.deliveries, lost.deliveries, ({ promotionKey, target }) => `${promotionKey} ${target}`),
    stagings: joined(now.stagings, lost.stagings, ({ promotionKey, target, n }) => `${promotionKey} ${target} ${n}`),
    mails: joined(now.mails, lost.mails, ({ messageId }) => messageId),
  };
}

/** As one ledger would have numbered them. */
function inOrder(records: readonly LedgerRecord[]): LedgerRecord[] {
  const sorted = records.toSorted((left, right) => Date.parse(left.atUtc) - Date.parse(right.atUtc));
  return sorted.map((record, index) => ({ ...record, id: index + 1 }));
}

function joined<T>(now: readonly T[], lost: readonly T[], keyOf: (row: T) => string): T[] {
  const known = new Set(now.map(keyOf));
  return [...now, ...lost.filter((row) => !known.has(keyOf(row)))];
}

function headersOf(raw: string): Pick<MailFacts, 'promotionKey' | 'kind'> {
  const header = (name: string): string => new RegExp(`^${name}: *(\\S+)`, 'imu').exec(raw)?.[1] ?? '';
  return { promotionKey: header('X-Waybill-Promotion'), kind: header('X-Waybill-Kind') };
}

async function storeFacts(client: S3Client, bucket: string): Promise<StoreFacts> {
  try {
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    const versions = Versions.map(async ({ Key = '', VersionId = '' }) => {
      const { Metadata } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key, VersionId }));
      return { key: Key, versionId: VersionId, promotionKey: Metadata?.['waybill-promotion-key'] ?? '' };
    });
    return {
      versions: await Promise.all(versions),
      uploads: Uploads.map(({ Key = '', UploadId = '' }) => ({ key: Key, uploadId: UploadId })),
    };
  } finally {
    client.destroy();
  }
}

async function filesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function workflowFacts(world: World, workflowIds?: readonly string[]): Promise<WorkflowFacts[]> {
  const { client } = world.temporal;
  const { taskQueue } = world.config.temporal;
  if (workflowIds) {
    const described = workflowIds.map((workflowId) => client.workflow.getHandle(workflowId).describe());
    return Promise.all((await Promise.all(described)).map((one) => workflowFact(world, one)));
  }
  const found: WorkflowFacts[] = [];
  for await (const one of client.workflow.list({ query: `TaskQueue = "${taskQueue}"` })) {
    if (one.taskQueue === taskQueue) found.push(await workflowFact(world, one));
  }
  return found;
}

type Listed = Pick<WorkflowExecutionInfo, 'workflowId' | 'type' | 'status'>;

async function workflowFact({ temporal }: World, { workflowId, type, status }: Listed): Promise<WorkflowFacts> {
  const handle = temporal.client.workflow.getHandle(workflowId);
  const isShown = status.name === 'RUNNING' && ['promotion', 'deliver'].includes(type);
  const shown = isShown ? await handle.query<{ state: string }>(queries.status).catch(() => undefined) : undefined;
  return { workflowId, type, status: status.name, ...(shown && { state: shown.state }) };
}
