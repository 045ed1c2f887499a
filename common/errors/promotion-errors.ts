import type { ErrorEntry } from './waybill-error.ts';

export const promotionErrors = {
  WAYBILL_PROMOTION_NO_SOURCE: {
    message: 'Site "{site}" is no source: the configuration has no `sources.{site}`.',
    remedy: 'Add `sources.{site}` to the configuration, or end the promotions of this site.',
    retryable: false,
  },
  WAYBILL_PROMOTION_NO_TARGET: {
    message: 'Site "{site}" is no target: the configuration has no `targets.{site}`.',
    remedy: 'Add `targets.{site}` to the configuration and retry, or skip this target.',
    retryable: false,
  },
  WAYBILL_PROMOTION_RECORD_MISSING: {
    message: 'The ledger has no record of promotion {promotionKey}, which is running.',
    remedy:
      'Check that every process uses the same ledger (`ledger` in the configuration). Where the ledger was put back from a backup, the promotion ends, and `waybill adopt` lists its decision.',
    retryable: false,
  },
  WAYBILL_PROMOTION_EXPORT_EMPTY: {
    message: 'The export of app "{app}" on site {site} came back cancelled or without a file.',
    remedy: "Nothing to do: it is tried again. If it goes on, look at the site's repository and engine logs.",
    retryable: true,
  },
  WAYBILL_PROMOTION_EXPORT_CUT: {
    message: 'The export of app "{app}" that site {site} sent is not whole: {reason}.',
    remedy:
      'Nothing to do: it is exported again. If it goes on, look at what stands between Waybill and the site (proxy, virus scanner), and at the disk of the site.',
    retryable: true,
  },
  WAYBILL_PROMOTION_EXPORT_UNUSABLE: {
    message:
      'Site {site} does not take the export of app "{app}" for an app, and it looks cut: {reason}. Site {source} sent it so again and again.',
    remedy:
      'Abort the promotion (`waybill abort {promotionKey}`), look at what stands between Waybill and site {source} (proxy, virus scanner) and at its disk, and have the app approved again: it is exported anew then.',
    retryable: false,
  },
  WAYBILL_PROMOTION_EXPORT_EDITED: {
    message: 'App "{app}" on site {site} was edited each time while it was being exported.',
    remedy: 'Nothing to do: it is exported again. If it goes on, ask its owner to stop editing for a moment.',
    retryable: true,
  },
  WAYBILL_PROMOTION_UNDECIDED: {
    message: 'App "{app}" cannot be delivered to site {site} before somebody decides: {question}',
    remedy:
      'Where it is about apps: run `waybill retry {promotionKey} --target {site} --choose <app id>` (or `--choose all`). Where it is about streams: rename all but one in the QMC of {site}, then retry. Or skip the target.',
    retryable: false,
  },
  WAYBILL_PROMOTION_NOT_REPLACED: {
    message: 'Replacing app "{app}" on site {site} did not take effect: {reasons}.',
    remedy:
      "Nothing to do: it is tried again. If it goes on, check the API user's rights on app objects there (Delete included).",
    retryable: true,
  },
  WAYBILL_PROMOTION_NOT_WHOLE: {
    message: 'App "{app}" does not stand whole on site {site}: {reasons}.',
    remedy: 'Nothing to do: it is tried again. If it goes on, open the app there and compare it with the source.',
    retryable: true,
  },
  WAYBILL_PROMOTION_IMPORT_LOSES: {
    message: 'Site {site} keeps less of app "{app}" than it was sent, twice in a row: {reasons}. Nothing was replaced.',
    remedy:
      'Import the app there in the QMC and look what is missing; the engine of that site may be older than that of the source. Then retry, skip or abort the target.',
    retryable: false,
  },
  WAYBILL_PROMOTION_CONTENT_DIFFERS: {
    message: 'App "{app}" on site {site} does not hold what was exported: {differences}.',
    remedy:
      'Open the app there and compare it with the source. Retry to deliver and compare again, skip or abort the target. With `verify.content: warn` such differences are told and stop nothing.',
    retryable: false,
  },
  WAYBILL_PROMOTION_COPY_DIFFERS: {
    message:
      'The copy of app "{app}" for its owner, on site {site}, does not hold what the published app holds: {differences}.',
    remedy:
      'The published app was not deleted, and the copy was removed. Retry to have another made, or abort to leave the published app as it is.',
    retryable: false,
  },
  WAYBILL_PROMOTION_NOT_DONE: {
    message: 'Site {site} said that it had {what} app {appId}, but it had not.',
    remedy: "Nothing to do: it is tried again. If it goes on, look at the site's repository log.",
    retryable: true,
  },
  WAYBILL_PROMOTION_NOT_PUBLISHED: {
    message: 'App "{app}" was to be published to stream "{stream}" on site {site}, but stands {where}.',
    remedy: 'Check on the site who moved it; retry when it is settled, or skip the target.',
    retryable: false,
  },
  WAYBILL_PROMOTION_STAGING_LOST: {
    message: 'The staging app of "{app}" on site {site} is gone: somebody removed it.',
    remedy: 'Skip or abort this target, and approve the app again.',
    retryable: false,
  },
  WAYBILL_PROMOTION_TARGET_GONE: {
    message: 'App {targetAppId}, which "{app}" was to replace on site {site}, is gone.',
    remedy: 'Skip this target and approve again: then a new app is published.',
    retryable: false,
  },
  WAYBILL_PROMOTION_STEP_SLOW: {
    message: 'A step did not succeed for a long time and goes on being tried.',
    remedy: 'Look at the last error of the step; mend the cause, or retry, skip or abort the target.',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>;
