import type { ResolveAction } from '../workflows/contract.ts';

/** What an order is for, as a person would give it. */
export const orderMeanings: Readonly<Record<ResolveAction, string>> = {
  retry: 'try it again now',
  skip: 'do without this target',
  abort: 'end it and leave the source as it is',
};

const accepted: Readonly<Record<ResolveAction, string>> = {
  retry: 'it is tried again now',
  skip: 'it is done without this target',
  abort: 'it ends here',
};

/** What became of an order that was taken. `isWaiting`: it was given for an app that waits for a decision. */
export function orderTaken(
  action: ResolveAction,
  { isWaiting, restarted, state }: { readonly isWaiting: boolean; readonly restarted: boolean; readonly state: string },
): string {
  if (restarted) return 'Nothing ran for it any more; it was started again from the ledger';
  return !isWaiting || state === 'needs-operator' ? accepted[action] : 'it is in no trouble; it is looked at again';
}
