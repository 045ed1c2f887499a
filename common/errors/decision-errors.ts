import type { ErrorEntry } from './waybill-error.ts';

export const decisionErrors = {
  WAYBILL_DECISION_REFUSED: {
    message: 'The decision was refused: {why}',
    remedy: 'Look at the promotion with `waybill show`, and decide again if it still waits.',
    retryable: false,
  },
  WAYBILL_DECISION_NOT_ALLOWED: {
    message: 'The decision of {account} on app "{app}" of site {site} does not count: {why}',
    remedy: 'Have it decided by somebody whom `sources.{site}.approval` names, or change that policy.',
    retryable: false,
  },
  WAYBILL_DECISION_NOT_POSSIBLE: {
    message: 'App "{app}" on site {site} cannot be decided about: {why}',
    remedy: 'Publish the app to a stream first, or look at `waybill list` for what waits.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
