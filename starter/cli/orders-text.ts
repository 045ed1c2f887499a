import type { ResolveAction } from '../../workflows/contract.ts';

const meanings: Readonly<Record<ResolveAction, string>> = {
  retry: 'try it again now',
  skip: 'do without this target',
  abort: 'end it and leave the source as it is',
};

/** The commands that help a stuck target, or the promotion's own step; a step of its own cannot be skipped. */
export function ordersFor(promotionKey: string, target: string | undefined): string[] {
  const actions: readonly ResolveAction[] = target === undefined ? ['retry', 'abort'] : ['retry', 'skip', 'abort'];
  const where = target === undefined ? '' : ` --target ${target}`;
  return actions.map((action) =>
    `waybill ${action} ${promotionKey}${where}`.padEnd(48).concat(`  # ${meanings[action]}`),
  );
}
