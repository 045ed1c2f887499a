import { type Finding, look, ok, siteSubject, skipped } from '../../common/finding.ts';
import { sameText } from '../app-facts.ts';
import type { ApprovalPolicy } from '../approval-policy.ts';

/** A stream, and who may set properties of an app in it, as the site's own rules say. */
export interface AuditedStream {
  readonly name: string;
  /** `DIR\user` and name of each. */
  readonly people: readonly { readonly account: string; readonly name: string }[];
  /** Only this many were told; there may be more. */
  readonly isCut: boolean;
  readonly approvers: ApprovalPolicy['approvers'];
}

/** So many people with the right to approve are more than somebody has chosen. */
const MANY = 20;
const MOST_NAMED = 5;

/** Who can set the approval property in each stream, and whether that agrees with the settings. */
export function approverFindings(
  site: string,
  streams: readonly AuditedStream[],
  serviceAccounts: readonly string[],
): Finding[] {
  const about = ['source.approvers', siteSubject(site)] as const;
  if (streams.length === 0) {
    const remedy = 'Run doctor again when an app is published there, or use the audit of the QMC.';
    return [skipped(about, 'No app is published in a stream, so that there is none to ask about.', remedy)];
  }
  return streams.map((stream) => {
    const people = stream.people.filter(({ account }) => !isService(account, serviceAccounts));
    return findingOf(site, { ...stream, people });
  });
}

/** Those of the settings, and those that every site has for its own services. */
function isService(account: string, serviceAccounts: readonly string[]): boolean {
  return /^internal\\sa_/i.test(account) || serviceAccounts.some((one) => sameText(one, account));
}

function findingOf(site: string, { name, people, isCut, approvers }: AuditedStream): Finding {
  const about = ['source.approvers', siteSubject(site)] as const;
  const where = `apps of the stream ${name}`;
  const administrator = `Ask the administrator of site "${site}"`;
  if (people.length === 0) {
    const what = `Nobody but service accounts may change ${where} in the QMC, so that nobody can approve there.`;
    return look(about, what, `${administrator} to give approvers the right, or have them decide in the console.`);
  }
  const unable = approvers === 'anyone' || isCut ? [] : approvers.users.filter((user) => !isAmong(user, people));
  if (unable.length > 0) {
    const what = `${unable.join(', ')} may approve by the settings, but not change ${where} in the QMC.`;
    return look(about, what, `${administrator} to give them the right, or have them decide in the console.`);
  }
  if (approvers === 'anyone' && (isCut || people.length > MANY)) {
    const count = isCut ? `${people.length} people or more` : `${people.length} people`;
    return look(
      about,
      `${count} may set the approval property of ${where}, and whoever sets it approves.`,
      `Name those whose decision counts in sources.${site}.approval.approvers, or narrow the security rules of the site.`,
    );
  }
  return ok(about, `The approval property of ${where} may be set by ${namesOf(people)}.`);
}

function isAmong(user: string, people: AuditedStream['people']): boolean {
  return people.some(({ account }) => sameText(account, user));
}

function namesOf(people: AuditedStream['people']): string {
  const named = people
    .slice(0, MOST_NAMED)
    .map(({ account, name }) => (name === account ? name : `${name} (${account})`));
  const more = people.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}
