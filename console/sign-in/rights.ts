import { waybillError } from '../../common/errors/catalogue.ts';
import type { ConsolePerson } from '../../ledger/console-people.ts';

/** Why somebody may not do something; `undefined` where he may. Buttons show it, and what is sent is refused with it. */
export type WhyNot = string | undefined;

type Rights = Pick<ConsolePerson, 'roles'>;

/** Approving and denying apps of a stream. Whether a policy lets this account decide is settled where it is recorded. */
export function whyNotApprove({ roles }: Rights, stream: string | undefined): WhyNot {
  const { approves } = roles;
  if (approves === 'every') return undefined;
  if (approves.length === 0) return 'You may look, and not approve.';
  const isMine = approves.some((own) => stream !== undefined && fold(own) === fold(stream));
  return isMine ? undefined : `You approve apps of ${approves.join(', ')}, and not of ${stream ?? 'no stream'}.`;
}

/** Retry, skip, abort, pause, resume. */
export function whyNotOperate({ roles }: Rights): WhyNot {
  return roles.operator || roles.admin ? undefined : 'Only operators and administrators may do this.';
}

/** Settings and people. */
export function whyNotAdminister({ roles }: Rights): WhyNot {
  return roles.admin ? undefined : 'Only administrators may do this.';
}

/** Goes on only where nothing stands against it. @throws WAYBILL_CONSOLE_FORBIDDEN */
export function requireRight(whyNot: WhyNot): void {
  if (whyNot !== undefined) throw waybillError('WAYBILL_CONSOLE_FORBIDDEN', { why: whyNot });
}

/** What somebody may do, in words. */
export function rolesText({ approves, operator, admin }: ConsolePerson['roles']): string {
  const parts = [
    ...(admin ? ['administrator'] : []),
    ...(operator ? ['operator'] : []),
    ...(approves === 'every' ? ['approver of every stream'] : []),
    ...(approves !== 'every' && approves.length > 0 ? [`approver of ${approves.join(', ')}`] : []),
  ];
  return parts.join(', ') || 'viewer';
}

function fold(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}
