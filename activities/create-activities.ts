import type { TargetActivities, TargetBulkActivities } from './delivery-types.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { collectArtifacts } from './artifacts/collect-artifacts.ts';
import { collectUploads } from './collect-uploads.ts';
import { forgetAttempts } from './ledger/forget-attempts.ts';
import { closePromotion } from './ledger/close-promotion.ts';
import { expireWait, remind } from './ledger/reminders.ts';
import { recordOrder } from './ledger/record-order.ts';
import { resumeMails } from './ledger/resume-mails.ts';
import { reportTrouble } from './ledger/report-trouble.ts';
import type { RecordActivities, SourceActivities, SourceBulkActivities } from './promotion-types.ts';
import { compareCopy } from './qrs/content/compare-copy.ts';
import { assess } from './qrs/source/assess.ts';
import { stripProperties, unpublish } from './qrs/source/clean-up.ts';
import { exportApp, keepVersion } from './qrs/source/export-app.ts';
import { newsWhileDelivering } from './qrs/source/news-while-delivering.ts';
import { recordOutsideDecision } from './qrs/source/outside-decision.ts';
import { setTag } from './qrs/source/set-tag.ts';
import { sitesToSweep, sweepStagingOf } from './qrs/sweep-staging.ts';
import { closeDelivery, finishDelivery, reloadApp } from './qrs/target/close-delivery.ts';
import { overwriteTarget } from './qrs/target/overwrite.ts';
import { planDelivery } from './qrs/target/plan-delivery.ts';
import { comparePublished, publishStaging } from './qrs/target/publish.ts';
import { copyStaging, dressStaging, removeStaging, uploadStaging } from './qrs/target/stage.ts';
import { openWatch, readAndRoute, sweepSite } from './qrs/watch/read-and-route.ts';
import { renewSubscriptions } from './qrs/watch/subscriptions.ts';
import { recordedOnly } from './recorded.ts';
import type { SweepActivities, WatchActivities } from './watch-types.ts';

export type SiteActivities = SourceActivities &
  TargetActivities &
  WatchActivities &
  Pick<SweepActivities, 'sweepStagingOf'>;
export type SiteBulkActivities = SourceBulkActivities & TargetBulkActivities;
export type MainActivities = RecordActivities &
  Pick<SweepActivities, 'sitesToSweep' | 'collectArtifacts' | 'collectUploads' | 'forgetAttempts'>;

/** Steps without a site; polled on the main task queue. */
export function createMainActivities(deps: ActivityDependencies): MainActivities {
  return {
    closePromotion: (input) => closePromotion(deps, input),
    reportTrouble: (input) => reportTrouble(deps, input),
    recordOrder: (input) => recordOrder(deps, input),
    remind: (input) => remind(deps, input),
    expireWait: (input) => expireWait(deps, input),
    ensureWatches: async ({ sites }) => {
      for (const site of sites) await deps.ensureWatch(site);
      await resumeMails(deps, { evenYoung: false });
    },
    sitesToSweep: () => sitesToSweep(deps),
    collectArtifacts: () => collectArtifacts(deps),
    collectUploads: () => collectUploads(deps),
    forgetAttempts: () => forgetAttempts(deps),
  };
}

/** Quick steps at one site; polled on `site-<alias>`. */
export function createSiteActivities(deps: ActivityDependencies): SiteActivities {
  return {
    assess: (input) => assess(deps, input),
    newsWhileDelivering: (input) => newsWhileDelivering(deps, input),
    recordOutsideDecision: (input) => recordOutsideDecision(deps, input),
    setTag: (input) => setTag(deps, input),
    unpublish: recordedOnly(deps, unpublish),
    stripProperties: recordedOnly(deps, stripProperties),
    planDelivery: (input) => planDelivery(deps, input),
    copyStaging: recordedOnly(deps, copyStaging),
    dressStaging: recordedOnly(deps, dressStaging),
    publishStaging: recordedOnly(deps, publishStaging),
    removeStaging: recordedOnly(deps, removeStaging),
    reloadApp: recordedOnly(deps, reloadApp),
    finishDelivery: recordedOnly(deps, finishDelivery),
    closeDelivery: (input) => closeDelivery(deps, input),
    openWatch: (input) => openWatch(deps, input),
    renewSubscriptions: (input) => renewSubscriptions(deps, input),
    sweepSite: (input) => sweepSite(deps, input),
    readAndRoute: (input) => readAndRoute(deps, input),
    sweepStagingOf: (input) => sweepStagingOf(deps, input),
  };
}

/** Transfers; large ones few at a time, polled on `site-<alias>-bulk`, and small ones beside the short steps. */
export function createSiteBulkActivities(deps: ActivityDependencies): SiteBulkActivities {
  return {
    exportApp: recordedOnly(deps, exportApp),
    keepVersion: recordedOnly(deps, keepVersion),
    uploadStaging: recordedOnly(deps, uploadStaging),
    overwriteTarget: recordedOnly(deps, overwriteTarget),
    comparePublished: recordedOnly(deps, comparePublished),
    compareCopy: recordedOnly(deps, compareCopy),
  };
}
