import type { ActivityDependencies } from '../../dependencies.ts';
import { attemptContext } from '../../activity-context.ts';
import { unsentMails } from '../../ledger/unsent-mails.ts';
import type { Artifact, DecisionRecord, ExportOutcome, VersionOutcome } from '../../promotion-types.ts';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { withoutSecrets } from '../../../common/known-secrets.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import type { StoredArtifact } from '../../artifacts/artifact-store.ts';
import { fetchExport } from './fetch-export.ts';
import { askForApprovalAgain, checkSource, type ExportedContent, type SourceCheck } from './unchanged.ts';
import type { SourceApp } from './read-source.ts';

/** A decision older than this is checked against the content before an export is begun, not only after it. */
const FRESH_MS = 60_000;

/**
 * Exports the app once, between two looks at its content: the artifact holds what was approved, or nothing is
 * promoted (design 3.6, 3.7). Safe to repeat: same content, same artifact.
 */
export async function exportApp(
  deps: ActivityDependencies,
  input: DecisionRecord & { withData: boolean },
): Promise<ExportOutcome> {
  const { withData, ...decision } = input;
  const earlier = await exportedBefore(deps, decision, withData);
  if (earlier) return { outcome: 'exported', artifact: earlier };
  if (await hasEnded(deps, decision)) return { outcome: 'not-needed' };
  if (!(await isFresh(deps, decision))) {
    const before = await checkSource(deps, decision);
    if (before.changes.length > 0) return askAgain(deps, decision, before);
  }
  const { stored, check } = await fetchUnchanged(deps, decision, !withData);
  if (!stored) return askAgain(deps, decision, check);
  const { storeId } = await deps.artifacts();
  const artifact = toArtifact(stored, storeId, check.source);
  const { promotionKey, site, appId } = decision;
  const atUtc = deps.nowUtc();
  const seq = exportSeq(withData);
  const exported: ExportedContent = { ...artifact, revisionKey: check.source?.revisionKey };
  await deps.ledger.updatePromotion(promotionKey, { state: 'delivering', waitingSinceUtc: null, artifact: exported });
  await deps.ledger.record({ promotionKey, seq, type: 'exported', atUtc, site, appId, facts: artifact });
  return { outcome: 'exported', artifact };
}

/** Whether nothing is left to deliver. */
async function hasEnded({ ledger }: ActivityDependencies, { promotionKey, targets }: DecisionRecord): Promise<boolean> {
  const ended = await ledger.listDeliveries({ promotionKey, open: false });
  return targets.every(({ site }) => ended.some(({ target }) => target === site));
}

function exportSeq(withData: boolean): string {
  return withData ? 'export' : 'export-without-data';
}

/**
 * The file of an earlier run, which Temporal has lost: it holds what was approved, whatever became of the app since; it
 * may even be back with its owner.
 */
async function exportedBefore(
  deps: ActivityDependencies,
  { promotionKey }: DecisionRecord,
  withData: boolean,
): Promise<Artifact | undefined> {
  const records = await deps.ledger.recordsOf(promotionKey);
  const known = records.find(({ seq }) => seq === exportSeq(withData))?.facts as Artifact | undefined;
  if (!known?.storeId) return undefined;
  const store = await deps.artifacts();
  const isThere = store.storeId === known.storeId && (await store.stat(known.sha256)) !== undefined;
  return isThere ? known : undefined;
}

/**
 * Keeps the app without data as a version in S3, from an export of its own between the same two looks. Safe to
 * repeat: a version of this promotion that is there already is found.
 */
export async function keepVersion(deps: ActivityDependencies, decision: DecisionRecord): Promise<VersionOutcome> {
  try {
    return await tryToKeepVersion(deps, decision);
  } catch (error) {
    const final = isWaybillError(error) && !error.retryable;
    const givesUp = final || attemptContext().attempt >= VERSION_ATTEMPTS;
    if (decision.version === 'required' || attemptContext().signal.aborted || !givesUp) throw error;
    const why = withoutSecrets(error instanceof Error ? error.message : String(error));
    const { promotionKey, site, appId } = decision;
    await deps.ledger.record({
      promotionKey,
      seq: 'version',
      type: 'version-failed',
      atUtc: deps.nowUtc(),
      site,
      appId,
      facts: { why },
    });
    deps.logger.warn({ promotion: promotionKey, site, app: decision.app.name, err: error }, 'no version could be kept');
    return { outcome: 'failed', why };
  }
}

/** How often a version that is wanted but not required is tried before the promotion goes on without. */
const VERSION_ATTEMPTS = 5;

/** A version that an earlier try wrote is the one: another export of the same app may have other bytes. */
async function tryToKeepVersion(deps: ActivityDependencies, decision: DecisionRecord): Promise<VersionOutcome> {
  const { promotionKey, site, appId } = decision;
  const versions = await deps.versions();
  const key = versions.keyOf({ site, appId });
  const earlier = await versions.find(promotionKey, key);
  if (earlier) return noteVersion(deps, decision, { ...earlier, key });
  const { stored, check } = await fetchUnchanged(deps, decision, true);
  if (!stored) return askAgain(deps, decision, check);
  return noteVersion(deps, decision, await writeVersion(deps, decision, key, stored));
}

interface WrittenVersion {
  readonly versionId: string;
  readonly key: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

async function writeVersion(
  deps: ActivityDependencies,
  { promotionKey, app }: DecisionRecord,
  key: string,
  { sha256, sizeBytes }: StoredArtifact,
): Promise<WrittenVersion> {
  const { signal, progress } = attemptContext();
  const [store, versions] = await Promise.all([deps.artifacts(), deps.versions()]);
  const body = (): ReturnType<typeof store.open> => store.open(sha256);
  const input = { key, appName: app.name, promotionKey, sha256, body, signal, onBytes: progress };
  const { versionId } = await versions.keep(input);
  return { versionId, key, sha256, sizeBytes };
}

async function noteVersion(
  deps: ActivityDependencies,
  { promotionKey, site, appId }: DecisionRecord,
  written: WrittenVersion,
): Promise<VersionOutcome> {
  const { versionId, key } = written;
  await deps.ledger.updatePromotion(promotionKey, { version: written });
  const atUtc = deps.nowUtc();
  await deps.ledger.record({ promotionKey, seq: 'version', type: 'version-kept', atUtc, site, appId, facts: written });
  return { outcome: 'kept', version: { versionId, key } };
}

/** How often an app that somebody edits is exported anew in one try. */
const SETTLED_TRIES = 3;

/**
 * An export with a look at the content after it; without a file where the decision does not stand for that content. A
 * decision that is bound to no content gets an app that did not change while it was being exported, too: counts of
 * objects that belong to another moment would be held against every target.
 * @throws WAYBILL_PROMOTION_EXPORT_EDITED
 */
async function fetchUnchanged(
  deps: ActivityDependencies,
  decision: DecisionRecord,
  skipData: boolean,
): Promise<{ stored?: StoredArtifact; check: SourceCheck }> {
  let before = decision.revisionKey;
  for (let tries = 0; tries < SETTLED_TRIES; tries += 1) {
    const { stored, check } = await fetchAndCheck(deps, decision, skipData);
    if (!stored || check.changes.length > 0) return { check };
    if (check.source?.revisionKey === before) return { stored, check };
    before = check.source?.revisionKey ?? '';
  }
  throw waybillError('WAYBILL_PROMOTION_EXPORT_EDITED', { app: decision.app.name, site: decision.site });
}

/** The look begins when the last byte has come, and takes place while they are being stored. */
async function fetchAndCheck(
  deps: ActivityDependencies,
  decision: DecisionRecord,
  skipData: boolean,
): Promise<{ stored: StoredArtifact | undefined; check: SourceCheck }> {
  let checking: Promise<SourceCheck> | undefined;
  const check = (): Promise<SourceCheck> => {
    checking ??= checkSource(deps, decision);
    // Awaited when the file is stored; until then its failure is no unhandled one.
    checking.catch(() => undefined);
    return checking;
  };
  const { site, appId, app, sizeBytes } = decision;
  const expectedBytes = skipData ? undefined : sizeBytes;
  const input = { site, appId, appName: app.name, skipData, expectedBytes };
  const stored = await fetchExport(deps, input, () => void check()).catch(async (error: unknown) => {
    if (isWaybillError(error) && !error.retryable && (await isGone(deps, decision))) return undefined;
    throw error;
  });
  return { stored, check: await check() };
}

/** A site refuses to export what is no longer there; that is an end, and no failure. */
async function isGone(deps: ActivityDependencies, { site, appId }: DecisionRecord): Promise<boolean> {
  return (await deps.qrs(site).getApp(appId, { signal: attemptContext().signal })) === undefined;
}

/** The check after the export proves the one before it; a fresh decision saves the first. */
async function isFresh(deps: ActivityDependencies, decision: DecisionRecord): Promise<boolean> {
  const promotion = await deps.ledger.getPromotion(decision.promotionKey);
  const ageMs = Date.parse(deps.nowUtc()) - Date.parse(promotion?.startedAtUtc ?? '');
  return ageMs < FRESH_MS && attemptContext().attempt === 1;
}

async function askAgain(deps: ActivityDependencies, decision: DecisionRecord, check: SourceCheck) {
  const mails = await unsentMails(deps, await askForApprovalAgain(deps, decision, check));
  return { outcome: 'changed', mails } as const;
}

function toArtifact(stored: StoredArtifact, storeId: string, source: SourceApp | undefined): Artifact {
  const counts = new Map<string, number>();
  for (const { objectType } of source?.revision.objects ?? [])
    counts.set(objectType, (counts.get(objectType) ?? 0) + 1);
  const objects = [...counts].map(([type, count]) => ({ type, count })).toSorted((a, b) => (a.type < b.type ? -1 : 1));
  return { ...stored, storeId, sizeComparable: source?.app.sizeBytes === stored.sizeBytes, objects };
}
