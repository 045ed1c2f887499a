import { broken, type Finding, look, ok } from '../../common/finding.ts';

const DAY_MS = 86_400_000;
/** From so many days on it is said, more urgently each time. */
const SOON_DAYS = [90, 30, 7] as const;

/** A certificate and where it stands. */
export interface DatedCertificate {
  readonly check: 'site.certificates' | 'site.tls';
  readonly subject: string;
  /** As in `client.pem`. */
  readonly name: string;
  readonly validFromUtc: string;
  readonly validToUtc: string;
  /** How it is renewed. */
  readonly remedy: string;
}

/**
 * Whether a certificate is valid now, and for how long yet: broken outside of its dates, worth a look from 90 days before
 * its end. `day` writes a moment for people.
 */
export function certificateFinding(
  certificate: DatedCertificate,
  nowUtc: string,
  day: (utc: string) => string,
): Finding {
  const { check, subject, name, validFromUtc, validToUtc, remedy } = certificate;
  const about = [check, subject] as const;
  const now = Date.parse(nowUtc);
  const { days, urgency } = daysLeft(validToUtc, now);
  if (urgency === 'over') return broken(about, `${name} has run out on ${day(validToUtc)}.`, remedy);
  if (Date.parse(validFromUtc) > now) {
    const what = `${name} is valid only from ${day(validFromUtc)} on.`;
    return broken(about, what, `Compare the clocks of this machine and of the site. ${remedy}`);
  }
  if (urgency === undefined) return ok(about, `${name} is valid until ${day(validToUtc)}.`);
  return look(about, `${name} runs out on ${day(validToUtc)}, in ${daysText(days)}.`, `${soon[urgency]} ${remedy}`);
}

/** Whether a certificate that ends then needs somebody, and how soon; by the same days as `certificateFinding`. */
export function daysLeft(
  untilUtc: string,
  nowMs: number,
): { readonly days: number; readonly urgency?: 'over' | 7 | 30 | 90 } {
  const leftMs = Date.parse(untilUtc) - nowMs;
  const days = Math.floor(leftMs / DAY_MS);
  if (leftMs <= 0) return { days, urgency: 'over' };
  return { days, urgency: SOON_DAYS.findLast((limit) => leftMs <= limit * DAY_MS) };
}

const soon = { 90: 'Plan it:', 30: 'Within this month:', 7: 'Now:' } as const;

function daysText(days: number): string {
  if (days === 0) return 'less than a day';
  return days === 1 ? '1 day' : `${days} days`;
}
