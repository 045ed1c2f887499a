import { accountOf, sameText, type OwnerRef } from './app-facts.ts';
import type { ChosenTarget, RequestProblem } from './property-request.ts';

/** Who may approve apps of a stream. `anyone` means: whom Qlik lets set the property. */
export interface ApprovalPolicy {
  readonly approvers: 'anyone' | { readonly users: readonly string[]; readonly groups: readonly string[] };
  readonly ownerMayApprove: boolean;
}

export interface DecisionMaker {
  /** `DIR\user`, or an operating-system account where `asserted`. */
  readonly account: string;
  /** Values of the user's group attribute, where they are known. */
  readonly groups: readonly string[];
  /** Nobody proved the name: it came from the command line or the Temporal UI. */
  readonly asserted: boolean;
}

/** Why this person's decision does not count; empty when it does. A denial needs the same right as an approval. */
export function whyNotAllowed(
  maker: DecisionMaker,
  verdict: 'approve' | 'deny' | 'reload',
  owner: OwnerRef,
  policy: ApprovalPolicy,
  serviceAccounts: readonly string[],
): RequestProblem[] {
  if (serviceAccounts.some((account) => sameText(account, maker.account))) {
    return [refusal(`${maker.account} is a service account, which never counts as an approver.`)];
  }
  const isOwner = sameText(maker.account, accountOf(owner));
  if (isOwner && verdict === 'deny') return [];
  if (isOwner && !policy.ownerMayApprove) {
    return [refusal(`${maker.account} owns the app; the owner may not approve it.`)];
  }
  if (policy.approvers === 'anyone' || isNamed(maker, policy.approvers)) return [];
  return [refusal(`${maker.account} is not among the approvers of this stream.`)];
}

/** Why targets refuse a decision whose author nobody proved. */
export function whyNotAsserted(
  maker: DecisionMaker,
  targets: readonly ChosenTarget[],
  acceptsAsserted: (site: string) => boolean,
): RequestProblem[] {
  if (!maker.asserted) return [];
  return targets
    .filter((target) => !acceptsAsserted(target.site))
    .map((target) => ({
      kind: 'asserted',
      text: `Target "${target.site}" takes no decision whose author nobody proved; approve it in the QMC.`,
      blocking: true,
    }));
}

function isNamed(maker: DecisionMaker, approvers: { users: readonly string[]; groups: readonly string[] }): boolean {
  return (
    approvers.users.some((user) => sameText(user, maker.account)) ||
    approvers.groups.some((group) => maker.groups.some((own) => sameText(group, own)))
  );
}

function refusal(text: string): RequestProblem {
  return { kind: 'not-allowed', text, blocking: true };
}
