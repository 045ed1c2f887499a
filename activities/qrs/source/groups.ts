import { fold } from '../../../rules/app-facts.ts';
import type { AskPolicy } from '../../../rules/ask.ts';
import type { PropertyRequest } from '../../../rules/property-request.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { and, eq } from '../client/filter.ts';

/** Groups of the people whose decision is looked at, by folded account; asked only where a policy names groups. */
export async function groupsFor(
  deps: ActivityDependencies,
  site: string,
  policy: AskPolicy,
  request: PropertyRequest,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const groups = new Map<string, readonly string[]>();
  const { approvers } = policy.approval;
  if (approvers === 'anyone' || approvers.groups.length === 0) return groups;
  const accounts = new Set(request.rows.map((row) => row.modifiedBy));
  for (const account of accounts) groups.set(fold(account), await groupsOfAccount(deps, site, account));
  return groups;
}

/** The values of a user's `group` attribute; none for a user the site does not know. */
export async function groupsOfAccount(deps: ActivityDependencies, site: string, account: string): Promise<string[]> {
  const [directory, userId] = splitAccount(account);
  const { signal } = attemptContext();
  const users = await deps.qrs(site).users(and(eq('userDirectory', directory), eq('userId', userId)), { signal });
  const attributes = users.flatMap((user) => user.attributes);
  return attributes.filter((one) => fold(one.attributeType) === 'group').map((one) => one.attributeValue);
}

/** `DIR\user` taken apart; an account without a directory has an empty one. */
export function splitAccount(account: string): [directory: string, userId: string] {
  const at = account.indexOf('\\');
  return at < 0 ? ['', account] : [account.slice(0, at), account.slice(at + 1)];
}
