import type { ActivityDependencies } from '../dependencies.ts';
import { keyBeforeDecision } from '../outgoing-mails.ts';
import type { AppKey, OutgoingMail } from '../promotion-types.ts';
import { approvalOf, sourceOf } from '../qrs/source-policy.ts';
import type { Awaiting } from '../../ledger/awaiting.ts';
import type { AppMemory } from '../qrs/app-memory.ts';
import { waitAfter } from '../../rules/waiting.ts';
import { unsentMails } from './unsent-mails.ts';

/**
 * The mails that waiting has come to: the reminder to the stream's approvers, and once the escalation; and when the
 * next is due. Touches nothing; safe to repeat, as each mail has a key that says which one it is.
 */
export async function remind(
  deps: ActivityDependencies,
  { site, appId }: AppKey,
): Promise<{ mails: readonly OutgoingMail[]; remindInMs?: number }> {
  const row = await deps.ledger.getAwaiting(site, appId);
  const policy = approvalOf(sourceOf(deps.config(), site), row?.stream);
  const nowUtc = deps.nowUtc();
  const waitedMs = Date.parse(nowUtc) - Date.parse(row?.waitingSinceUtc ?? nowUtc);
  const due = waitAfter(policy, waitedMs);
  const { remindInMs } = due;
  if (!row?.stream || !(await isAskedFor(deps, row))) return { mails: [], remindInMs };
  const mails = [
    ...(due.reminder > 0 ? [reminderMail(row, row.stream, policy.expireMs, due.reminder, nowUtc)] : []),
    ...(due.isEscalated ? [escalationMail(row, row.stream, policy.expireMs, nowUtc)] : []),
  ];
  return { mails: await unsentMails(deps, mails), remindInMs };
}

function reminderMail(row: Awaiting, stream: string, expireMs: number, nth: number, nowUtc: string): OutgoingMail {
  const { site } = row;
  return {
    promotionKey: keyBeforeDecision(site, row.appId),
    key: `reminder.${Date.parse(row.waitingSinceUtc)}.${nth}`,
    mail: { kind: 'reminder', occurredAtUtc: nowUtc, nth, ...waitFacts(row, stream, expireMs) },
    recipients: { to: 'stream', site, streamName: stream },
  };
}

/** One a wait: whoever hears of it then is expected to act, not to be reminded. */
function escalationMail(row: Awaiting, stream: string, expireMs: number, nowUtc: string): OutgoingMail {
  const { site } = row;
  return {
    promotionKey: keyBeforeDecision(site, row.appId),
    key: `escalation.${Date.parse(row.waitingSinceUtc)}`,
    mail: { kind: 'escalation', occurredAtUtc: nowUtc, ...waitFacts(row, stream, expireMs) },
    recipients: { to: 'escalation', site, streamName: stream },
  };
}

function waitFacts({ site, appId, appName, owner, waitingSinceUtc }: Awaiting, stream: string, expireMs: number) {
  const expiresAtUtc = new Date(Date.parse(waitingSinceUtc) + expireMs).toISOString();
  return {
    app: { id: appId, name: appName, site, owner },
    stream,
    waitingSinceUtc,
    ...(expireMs > 0 && { expiresAtUtc }),
  };
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
