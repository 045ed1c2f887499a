/**
 * What an entry of the audit trail is about:
 * - `decision`: who approved, denied, took up or dismissed what, and what was refused
 * - `promotion`: what was done at the source, and how the promotion ended
 * - `delivery`: what was done at a target
 * - `trouble`: a step that waited for the outside or an operator, and that it went on
 * - `operator`: an order of an operator
 * - `pause`: a site that was paused or resumed
 * - `settings`: a change of settings
 * - `sign-in`: who signed in or out, or was not let in
 * - `store`: a backup, a restore, a rebuild
 */
export const auditKinds = [
  'decision',
  'promotion',
  'delivery',
  'trouble',
  'operator',
  'pause',
  'settings',
  'sign-in',
  'store',
] as const;

export type AuditKind = (typeof auditKinds)[number];

/** The kind of each type of record. Every record is told: what an auditor does not need is filtered, never missing. */
const kindsOfRecords: Readonly<Record<string, AuditKind>> = {
  approve: 'decision',
  deny: 'decision',
  reload: 'decision',
  refused: 'decision',
  'too-late': 'decision',
  adopted: 'decision',
  dismissed: 'decision',
  exported: 'promotion',
  'version-kept': 'promotion',
  'version-failed': 'promotion',
  changed: 'promotion',
  unpublished: 'promotion',
  'copy-compared': 'promotion',
  stripped: 'promotion',
  planned: 'delivery',
  found: 'delivery',
  'backup-kept': 'delivery',
  published: 'delivery',
  replaced: 'delivery',
  'content-compared': 'delivery',
  'reload-started': 'delivery',
  verified: 'delivery',
  skipped: 'delivery',
  superseded: 'delivery',
  aborted: 'delivery',
  trouble: 'trouble',
  'trouble-over': 'trouble',
  order: 'operator',
};

/** The last record of a promotion bears its state as type, which may be that of a delivery as well. */
const END_OF_PROMOTION = 'closed';

/** What a record is about. One whose type is not known tells of its promotion, as every record does. */
export function kindOfRecord({ seq, type }: { readonly seq: string; readonly type: string }): AuditKind {
  return seq === END_OF_PROMOTION ? 'promotion' : (kindsOfRecords[type] ?? 'promotion');
}

/** Types of records that have a kind of their own. */
export const recordTypesOfAudit: readonly string[] = Object.keys(kindsOfRecords);
