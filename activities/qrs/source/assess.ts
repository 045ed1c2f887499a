import { accountOf, fold, latestRow } from '../../../rules/app-facts.ts';
import type { Ask } from '../../../rules/ask.ts';
import { waitAfter } from '../../../rules/waiting.ts';
import type { RequestProblem } from '../../../rules/property-request.ts';
import { seenObjects } from '../../../rules/revision.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { digestOf } from '../../digest.ts';
import { decisionMail, decisionProblem, publishAlert, reapproval } from '../../outgoing-mails.ts';
import { paceOf } from '../../pace.ts';
import type { AppKey, Assessment, NextStep, OutgoingMail } from '../../promotion-types.ts';
import type { AppMemory, SiteMemory } from '../app-memory.ts';
import { eq, guid } from '../client/filter.ts';
import { approvalOf, sourceOf } from '../source-policy.ts';
import { askNow } from './ask-now.ts';
import { catchUp } from '../../ledger/catch-up.ts';
import { unsentMails } from '../../ledger/unsent-mails.ts';
import { readSourceApp, type SourceApp } from './read-source.ts';
import { recordDecision, recordPropertyDecision, remember, rememberAbsence } from './record-decision.ts';
import { type StoredDecision, withoutDetails } from './stored-decision.ts';

/**
 * Looks what an app's state asks for, and claims and records a decision it finds (design 3.2 to 3.6). Reads the site,
 * writes only the ledger; safe to repeat: every claim is made once, every mail has a stable key.
 */
export async function assess(deps: ActivityDependencies, key: AppKey): Promise<Assessment> {
  const pace = paceOf(deps.config());
  const open = await openDecision(deps, key);
  if (open) {
    await deps.ledger.deleteAwaiting(key.site, key.appId);
    await catchUp(deps, open);
    const mails = await unsentMails(deps, [...(await owedOnPublish(deps, key, open)), ...decisionMail(open)]);
    return { pace, app: open.app, problems: [], mails, next: { kind: 'act', decision: withoutDetails(open) } };
  }
  const source = await readSourceApp(deps, key.site, key.appId, attemptContext().signal);
  if (!source) {
    await deps.ledger.deleteAwaiting(key.site, key.appId);
    return { pace, problems: [], mails: [], next: { kind: 'end', why: 'the app is gone', state: 'withdrawn' } };
  }
  const onPublish = await mailsOnPublish(deps, key, source);
  const look = await lookAt(deps, key, source);
  const mails = [...onPublish, ...look.mails];
  return {
    pace,
    app: { name: source.app.name, owner: accountOf(source.app.owner), streamName: source.app.stream?.name },
    problems: look.problems.map((problem) => problem.text),
    mails: await unsentMails(deps, mails),
    next: look.next,
  };
}

interface Look {
  readonly next: NextStep;
  readonly problems: readonly RequestProblem[];
  readonly mails: readonly OutgoingMail[];
}

async function lookAt(deps: ActivityDependencies, key: AppKey, source: SourceApp): Promise<Look> {
  const memory = await memoryOf(deps, key);
  await noteRows(deps, key, source, memory);
  if (source.request.approval === 'none' && memory?.remembered) await rememberAbsence(deps, key.site, key.appId);
  const ask = await askNow(deps, key, source, memory);
  const look = await actOn(deps, key, source, ask, memory);
  if (look.next.kind === 'act') await catchUp(deps, look.next.decision);
  if (look.next.kind === 'wait') await noteContent(deps, key, source, memory, look.problems);
  if (look.next.kind === 'wait') await showAsWaiting(deps, key, source, look.problems, look.next.sinceUtc);
  else if (look.next.kind !== 'set-tag') await deps.ledger.deleteAwaiting(key.site, key.appId);
  return look;
}

async function memoryOf(deps: ActivityDependencies, { site, appId }: AppKey): Promise<AppMemory | undefined> {
  return (await deps.ledger.getAppMemory<AppMemory>(site, [appId])).get(appId)?.memory;
}

/** Notes the rows before anything is written to the app: a write of our own may renew them all. */
async function noteRows(
  deps: ActivityDependencies,
  { site, appId }: AppKey,
  { app: { rows } }: SourceApp,
  memory: AppMemory | undefined,
): Promise<void> {
  if (digestOf(memory?.rows ?? []) === digestOf(rows)) return;
  await deps.ledger.updateAppMemory<AppMemory>(site, appId, (now) => ({ ...now, rows }));
}

/**
 * Notes what the app holds while nobody has decided on it: that is what its approver will have looked at. An approval
 * that stands is held against what was seen before it, until its approver was told what changed and is asked again.
 */
async function noteContent(
  deps: ActivityDependencies,
  { site, appId }: AppKey,
  { request, revision }: SourceApp,
  memory: AppMemory | undefined,
  problems: readonly RequestProblem[],
): Promise<void> {
  const seen = seenObjects(revision);
  const isAskedAgain = problems.some(({ kind }) => kind === 'changed-since');
  const isHeldAgainst = request.approval !== 'none' && memory?.seen !== undefined && !isAskedAgain;
  if (isHeldAgainst || digestOf(memory?.seen ?? []) === digestOf(seen)) return;
  await deps.ledger.updateAppMemory<AppMemory>(site, appId, (now) => ({ ...now, seen }));
}

async function actOn(
  deps: ActivityDependencies,
  key: AppKey,
  source: SourceApp,
  ask: Ask,
  memory: AppMemory | undefined,
): Promise<Look> {
  switch (ask.ask) {
    case 'tag':
    case 'untag':
      return { next: { kind: 'set-tag', present: ask.ask === 'tag' }, problems: [], mails: [] };
    case 'nothing': {
      const told = ask.problems.length > 0 ? problemMails(deps, key, source, ask.problems) : [];
      return { next: { kind: 'end', why: ask.why, state: 'withdrawn' }, problems: ask.problems, mails: told };
    }
    case 'wait': {
      const next = await waiting(deps, key, source);
      return { next, problems: ask.problems, mails: await mailsOnWait(deps, key, source, ask) };
    }
    case 'reload': {
      const decisionId = `reload ${ask.reloadedAtUtc}`;
      const by = { account: ask.decidedBy, door: 'standing', asserted: false } as const;
      const decided = {
        decisionId,
        verdict: 'reload',
        by,
        decidedAtUtc: ask.reloadedAtUtc,
        targets: ask.targets,
      } as const;
      return afterRecording(await recordDecision(deps, { site: key.site, source, ...decided }), ask.problems);
    }
    default:
      return afterRecording(
        await recordPropertyDecision(deps, key.site, source, ask, memory?.remembered),
        ask.problems,
      );
  }
}

function afterRecording(
  recorded: Awaited<ReturnType<typeof recordDecision>>,
  problems: readonly RequestProblem[],
): Look {
  if (recorded.state === 'closed') {
    return {
      next: { kind: 'end', why: 'this decision was carried out before', state: 'withdrawn' },
      problems,
      mails: [],
    };
  }
  return { next: { kind: 'act', decision: recorded.decision }, problems, mails: decisionMail(recorded.decision) };
}

/** A decision that is recorded but not finished: after a crash, a reset or a decision by console or CLI. */
async function openDecision(deps: ActivityDependencies, key: AppKey): Promise<StoredDecision | undefined> {
  const open = await deps.ledger.listPromotions<StoredDecision>({ site: key.site, appId: key.appId, open: true });
  return open.at(-1)?.decision;
}

async function waiting(deps: ActivityDependencies, key: AppKey, source: SourceApp): Promise<NextStep> {
  const policy = approvalOf(sourceOf(deps.config(), key.site), source.app.stream?.name);
  const standing = await deps.ledger.getAwaiting(key.site, key.appId);
  const again = standing && standing.publishTimeUtc === source.app.publishedAtUtc;
  const sinceUtc = again ? standing.waitingSinceUtc : deps.nowUtc();
  const waitedMs = Date.parse(deps.nowUtc()) - Date.parse(sinceUtc);
  const { remindInMs, expireInMs } = waitAfter(policy, waitedMs);
  return { kind: 'wait', sinceUtc, remindInMs, expireInMs };
}

async function showAsWaiting(
  deps: ActivityDependencies,
  key: AppKey,
  source: SourceApp,
  problems: readonly RequestProblem[],
  waitingSinceUtc: string,
): Promise<void> {
  await deps.ledger.upsertAwaiting({
    site: key.site,
    appId: key.appId,
    appName: source.app.name,
    owner: accountOf(source.app.owner),
    stream: source.app.stream?.name,
    publishTimeUtc: source.app.publishedAtUtc,
    waitingSinceUtc,
    missing: problems.map((problem) => problem.text),
    alertedTo: [],
    facts: { asked: source.request.rows.length > 0 },
  });
}

async function mailsOnWait(
  deps: ActivityDependencies,
  key: AppKey,
  source: SourceApp,
  ask: Extract<Ask, { ask: 'wait' }>,
): Promise<OutgoingMail[]> {
  const { stale } = ask;
  if (!stale) return ask.problems.length > 0 ? problemMails(deps, key, source, ask.problems) : [];
  const decisionId = `stale ${source.revisionKey} ${stale.decidedAtUtc}`;
  await remember(deps, key.site, source, {
    decisionId,
    verdict: 'approve',
    targets: source.request.targets,
    stale: true,
  });
  return reapproval(key.site, source.app, stale.decidedBy, stale.decidedAtUtc, stale.changes, deps.nowUtc());
}

/** Tells whoever set the properties last what is in the way. */
function problemMails(
  deps: ActivityDependencies,
  key: AppKey,
  source: SourceApp,
  problems: readonly RequestProblem[],
): OutgoingMail[] {
  const told = problems.filter((problem) => problem.kind !== 'changed-since');
  const author = latestRow(source.request.rows)?.modifiedBy;
  if (told.length === 0 || !author) return [];
  return [decisionProblem(key.site, source.app, told, author, deps.nowUtc())];
}

/** Claims a publish once and tells the stream's approvers, where the stream asks for it with exactly the word for yes. */
async function mailsOnPublish(deps: ActivityDependencies, key: AppKey, { app }: SourceApp): Promise<OutgoingMail[]> {
  const siteMemory = await deps.ledger.getSiteMemory<SiteMemory>(key.site);
  if (!app.stream || !app.publishedAtUtc || app.publishedAtUtc <= (siteMemory?.memory.firstStartUtc ?? '')) return [];
  const claim = { kind: 'publish', site: key.site, appId: app.id, key: app.publishedAtUtc } as const;
  const { fresh, state } = await deps.ledger.claim({ ...claim, promotionKey: `${key.site}.${app.id}` });
  if (state === 'closed') return [];
  if (!fresh) await deps.ledger.closeClaims(claim, 'told');
  const memory = fresh ? undefined : await memoryOf(deps, key);
  const known = memory?.alertedPublishUtc === app.publishedAtUtc;
  if (!known && !(await asksForAlert(deps, key.site, app.stream.id))) return [];
  const alertedPublishUtc = app.publishedAtUtc;
  await deps.ledger.updateAppMemory<AppMemory>(key.site, app.id, (memory) => ({ ...memory, alertedPublishUtc }));
  return [publishAlert(key.site, app, app.publishedAtUtc)];
}

/** The alert of a look that recorded a decision and was lost with its mails, as where the worker died. */
async function owedOnPublish(
  deps: ActivityDependencies,
  key: AppKey,
  { source: { revision } }: StoredDecision,
): Promise<OutgoingMail[]> {
  if (!revision.publishedAtUtc) return [];
  const claim = await deps.ledger.getClaim({ ...key, kind: 'publish', key: revision.publishedAtUtc });
  if (claim?.state !== 'open') return [];
  const source = await readSourceApp(deps, key.site, key.appId, attemptContext().signal);
  return source ? mailsOnPublish(deps, key, source) : [];
}

async function asksForAlert(deps: ActivityDependencies, site: string, streamId: string): Promise<boolean> {
  if (!deps.config().mail.enabled) return false;
  const { properties, words } = sourceOf(deps.config(), site);
  const { signal } = attemptContext();
  const [stream] = await deps.qrs(site).streams(eq('id', guid(streamId)), { signal });
  return (stream?.customProperties ?? []).some(
    (row) =>
      fold(row.definition.name) === fold(properties.streamAlert) &&
      words.yes.some((yes) => fold(yes) === fold(row.value)),
  );
}
