import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import bytes from 'bytes';
import pc from 'picocolors';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Promotion } from '../../ledger/promotions.ts';
import type { LedgerRecord } from '../../ledger/records.ts';

export interface FollowOptions {
  readonly ledger: Ledger;
  readonly client: Client;
  readonly appId: string;
  readonly say: (line: string) => void;
}

const LOOK_EVERY_MS = 150;
const TRANSFERS: Readonly<Record<string, string>> = { exportApp: 'exporting', uploadStaging: 'uploading' };
const TIMEOUT_MS = 10 * 60_000;

/** Prints each step of an app's promotion as it happens; the promotion, once it has ended. */
export async function followPromotion(options: FollowOptions): Promise<Promotion> {
  const deadline = Date.now() + TIMEOUT_MS;
  const startedMs = Date.now();
  const said = new Set<string>();
  let told = 0;
  while (Date.now() < deadline) {
    const [promotion] = await options.ledger.listPromotions({ appId: options.appId });
    if (promotion) {
      const records = await options.ledger.recordsOf(promotion.promotionKey);
      for (const record of records.slice(told).filter(isStep)) options.say(`${clock(startedMs)}  ${describe(record)}`);
      told = records.length;
      if (promotion.endedAtUtc) return promotion;
      for (const line of await transfers(options.client, promotion)) {
        if (!said.has(line)) options.say(pc.dim(`${clock(startedMs)}  … ${line}`));
        said.add(line);
      }
    }
    await wait(LOOK_EVERY_MS);
  }
  throw new Error('the promotion did not end');
}

/** Transfers under way, with the bytes of their last heartbeat, as Temporal shows them. */
async function transfers(client: Client, { promotionKey, site, appId }: Promotion): Promise<string[]> {
  const lines: string[] = [];
  const ids = [`promotion/${site}/${appId}`];
  const children = client.workflow.list({ query: `WorkflowId STARTS_WITH "deliver/${promotionKey}/"` });
  for await (const child of children) ids.push(child.workflowId);
  for (const workflowId of ids) {
    const described = await client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined);
    for (const activity of described?.raw.pendingActivities ?? []) {
      const data = activity.heartbeatDetails?.payloads?.[0]?.data;
      // A heartbeat without bytes has no data at all.
      const moved = data?.length
        ? (JSON.parse(Buffer.from(data).toString()) as { bytes?: number } | null)?.bytes
        : undefined;
      const transfer = TRANSFERS[activity.activityType?.name ?? ''];
      const at = workflowId.startsWith('deliver/') ? ` to ${workflowId.split('/').at(-1)}` : '';
      if (moved && transfer) lines.push(`${transfer}${at}: ${bytes.format(moved, { unitSeparator: ' ' })}`);
    }
  }
  return lines;
}

function clock(startedMs: number): string {
  return pc.dim(`${((Date.now() - startedMs) / 1000).toFixed(1).padStart(6)} s`);
}

/** What was found before a step matters to an auditor, not here; the end is told below. */
function isStep({ type, seq }: LedgerRecord): boolean {
  return type !== 'found' && seq !== 'closed';
}

/** One record in a line for people. */
function describe(record: LedgerRecord): string {
  const facts = (record.facts ?? {}) as Record<string, unknown>;
  const size =
    typeof facts['sizeBytes'] === 'number' ? ` ${bytes.format(facts['sizeBytes'], { unitSeparator: ' ' })}` : '';
  const at = record.site ? ` at ${record.site}` : '';
  switch (record.type) {
    case 'approve':
      return `${pc.green('✓')} approval recorded, by ${(facts['by'] as { account: string }).account}`;
    case 'exported':
      return `${pc.green('✓')} exported once:${size}, SHA-256 ${String(facts['sha256']).slice(0, 12)}…`;
    case 'version-kept':
      return `${pc.green('✓')} version ${String(facts['versionId'])} kept in S3, without data:${size}`;
    case 'planned':
      return `${pc.green('✓')} planned${at}: ${planOf(facts)}`;
    case 'backup-kept':
      return `${pc.green('✓')} what stands${at} is kept:${size}`;
    case 'replaced':
      return `${pc.green('✓')} replaced${at} in ${String(facts['stream'])}, id kept, read back:${size}`;
    case 'published':
      return `${pc.green('✓')} published${at} to ${String(facts['stream'])}, read back:${size}`;
    case 'verified':
      return `${pc.green('✓')} ${record.site}: every stream verified`;
    case 'unpublished':
      return `${pc.green('✓')} unpublished${at}: back with its owner`;
    default:
      return `${pc.dim('·')} ${record.type}${at}`;
  }
}

function planOf(facts: Record<string, unknown>): string {
  const items = (facts['items'] as { action: string; stream: { name: string } }[]) ?? [];
  const missing = (facts['missingStreams'] as string[]) ?? [];
  const done = items.map((item) => `${item.action} in ${item.stream.name}`);
  return [...done, ...missing.map((stream) => `no stream ${stream} there`)].join(', ');
}
