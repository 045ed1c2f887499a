/**
 * The states of promotions and deliveries, as `workflows/contract.ts` names them. Repeated here because the ledger
 * imports nothing of the workflows; a test holds the two together, and the schema checks what is written.
 */
export type PromotionState =
  | 'assessing'
  | 'awaiting-decision'
  | 'exporting'
  | 'versioning'
  | 'delivering'
  | 'finishing'
  | 'needs-operator'
  | 'promoted'
  | 'partly-promoted'
  | 'not-promoted'
  | 'denied'
  | 'expired'
  | 'aborted'
  | 'withdrawn';

export type DeliveryState =
  | 'planning'
  | 'staging'
  | 'publishing'
  | 'verifying'
  | 'waiting-for-export'
  | 'waiting-for-lock'
  | 'needs-operator'
  | 'verified'
  | 'skipped'
  | 'aborted'
  | 'superseded';

/** What was decided. `reload`: a standing order promoted the app after a reload. */
export type PromotionVerdict = 'approve' | 'deny' | 'reload';
