import type { ActivityDependencies } from '../dependencies.ts';
import { keyBeforeDecision } from '../outgoing-mails.ts';
import type { AppKey, OutgoingMail } from '../promotion-types.ts';
import { approvalOf, sourceOf } from '../qrs/source-policy.ts';
import type { Awaiting } from '../../ledger/awaiting.ts';
import type { AppMemory } from '../qrs/app-memory.ts';
import { unsentMails } from './unsent-mails.ts';

/** The reminder to the stream's approvers, and when the next one is due. Touches nothing; safe to repeat. */
export async function remind(
  deps: ActivityDependencies,
  { site, appId }: AppKey,
): Promise<{ mails: readonly OutgoingMail[]; remindInMs?: number }> {
  const row = await deps.ledger.getAwaiting(site, appId);
  const { reminderMs, expireMs } = approvalOf(sourceOf(deps.config(), site), row?.stream);
  const remindInMs = reminderMs > 0 ? reminderMs : undefined;
  if (!row?.stream || !(await isAskedFor(deps, row))) return { mails: [], remindInMs };
  const sinceMs = Date.parse(row.waitingSinceUtc);
  const nth = reminderMs > 0 ? Math.round((Date.parse(deps.nowUtc()) - sinceMs) / reminderMs) : 0;
  const mail: OutgoingMail = {
    promotionKey: keyBeforeDecision(site, appId),
    key: `reminder.${sinceMs}.${nth}`,
    mail: {
      kind: 'reminder',
      occurredAtUtc: deps.nowUtc(),
      nth,
      app: { id: appId, name: row.appName, site, owner: row.owner },
      stream: row.stream,
      waitingSinceUtc: row.waitingSinceUtc,
      expiresAtUtc: expireMs > 0 ? new Date(sinceMs + expireMs).toISOString() : undefined,
    },
    recipients: { to: 'stream', site, streamName: row.stream },
  };
  return { mails: await unsentMails(deps, [mail]), remindInMs };
}

/** Nobody decided in time: the app waits no more, stays where it is, and its owner is told. Safe to repeat. */
export async function expireWait(
  deps: ActivityDependencies,
  { site, appId }: AppKey,
): Promise<readonly OutgoingMail[]> {
  const row = await deps.ledger.getAwaiting(site, appId);
  if (!row) return [];
  const mail: OutgoingMail = {
    promotionKey: keyBeforeDecision(site, appId),
    key: `expired.${Date.parse(row.waitingSinceUtc)}`,
    mail: {
      kind: 'expired',
      occurredAtUtc: deps.nowUtc(),
      app: { id: appId, name: row.appName, site, owner: row.owner },
      waitingSinceUtc: row.waitingSinceUtc,
      fate: 'untouched',
    },
    recipients: { to: 'owner', site, owner: row.owner },
  };
  const mails = (await isAskedFor(deps, row)) ? await unsentMails(deps, [mail]) : [];
  await deps.ledger.deleteAwaiting(site, appId);
  return mails;
}

/** Every published app could be decided about; only one that somebody asked for, or was told of, is worth a mail. */
async function isAskedFor(deps: ActivityDependencies, row: Awaiting): Promise<boolean> {
  if ((row.facts as { asked?: boolean } | undefined)?.asked) return true;
  const memory = (await deps.ledger.getAppMemory<AppMemory>(row.site, [row.appId])).get(row.appId)?.memory;
  return memory?.alertedPublishUtc !== undefined && memory.alertedPublishUtc === row.publishTimeUtc;
}
