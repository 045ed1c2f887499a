import type { AuditRow } from '../../ledger/audit.ts';
import { EVERY_SITE } from '../../ledger/pauses.ts';
import { plain } from '../plain.ts';
import { recordLine } from '../record-line.ts';

/**
 * What an entry says, in one line of words without its time and site. Made when it is read: an entry never changes, its
 * wording may get better.
 */
export function auditSentence({ kind, type, seq = '', site, facts }: AuditRow): string {
  const known = (typeof facts === 'object' && facts !== null ? facts : {}) as Readonly<Record<string, unknown>>;
  if (kind === 'store' && type === 'restored') return 'the ledger was marked as put back from a backup';
  if (kind !== 'pause') return plain(recordLine({ seq, type, facts }));
  const place = site === EVERY_SITE ? 'every site' : (site ?? 'a site');
  return plain(`${type} ${place}; why it was paused: ${String(known['why'])}`);
}

/** The site of an entry as people read it. */
export function auditSite({ site }: Pick<AuditRow, 'site'>): string {
  return site === EVERY_SITE ? 'every site' : (site ?? '');
}
