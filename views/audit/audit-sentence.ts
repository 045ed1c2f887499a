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
  if (kind === 'store' && type === 'file-downloaded') return plain(`downloaded ${String(known['what'])}`);
  if (kind === 'sign-in') return plain(signInSentence(type, known));
  if (kind === 'settings') return plain(settingsSentence(type, known));
  if (kind !== 'pause') return plain(recordLine({ seq, type, facts }));
  const place = site === EVERY_SITE ? 'every site' : (site ?? 'a site');
  return plain(`${type} ${place}; why it was paused: ${String(known['why'])}`);
}

/** What happened at the door of the console, or to people who may sign in. */
function signInSentence(type: string, facts: Readonly<Record<string, unknown>>): string {
  const { person, why, address } = facts;
  const from = typeof address === 'string' ? ` from ${address}` : '';
  const because = typeof why === 'string' ? `: ${why}` : '';
  const whom = typeof person === 'string' ? ` (${person})` : '';
  return `${type.replaceAll('-', ' ')}${whom}${from}${because}`;
}

/** A change or a test of settings: which, never what they say. */
function settingsSentence(
  type: string,
  { settings, version, from, outcome }: Readonly<Record<string, unknown>>,
): string {
  const what = type.replace('settings-', 'settings ').replaceAll('-', ' ');
  const which = Array.isArray(settings) && settings.length > 0 ? `: ${settings.join(', ')}` : '';
  const source = typeof from === 'number' ? ` from version ${from}` : '';
  const saved = typeof version === 'number' ? `, saved as version ${version}` : '';
  const ended = typeof outcome === 'string' ? `, ${outcome}` : '';
  return `${what}${source}${which}${saved}${ended}`;
}

/** The site of an entry as people read it. */
export function auditSite({ site }: Pick<AuditRow, 'site'>): string {
  return site === EVERY_SITE ? 'every site' : (site ?? '');
}
