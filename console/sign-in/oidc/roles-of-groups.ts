import type { OidcConfig } from '../../../config/types.ts';
import type { ConsoleRoles } from '../../../ledger/console-people.ts';

/** What people of these groups may do; `undefined` where they may not even look. Groups are compared as they are written. */
export function rolesOfGroups(roles: OidcConfig['roles'], groups: readonly string[]): ConsoleRoles | undefined {
  const isIn = (group: string): boolean => groups.includes(group);
  const admin = roles.admin.some(isIn);
  const operator = roles.operator.some(isIn);
  const streams = Object.entries(roles.approver).flatMap(([group, streams]) => (isIn(group) ? [streams] : []));
  const approves = streams.includes('every') ? 'every' : [...new Set((streams as string[][]).flat())];
  const mayLook = roles.viewer === 'everybody' || roles.viewer.some(isIn);
  if (!admin && !operator && approves.length === 0 && !mayLook) return undefined;
  return { admin, operator, approves };
}

/** Whether somebody may do less than before. */
export function mayDoLess(before: ConsoleRoles, after: ConsoleRoles): boolean {
  if ((before.admin && !after.admin) || (before.operator && !after.operator)) return true;
  if (after.approves === 'every') return false;
  const { approves } = after;
  return before.approves === 'every' || before.approves.some((stream) => !approves.includes(stream));
}
