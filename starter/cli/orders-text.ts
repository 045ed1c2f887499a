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
  const orders = actions.map((action) => ({ action, text: `waybill ${action} ${promotionKey}${where}` }));
  const width = Math.max(...orders.map(({ text }) => text.length));
  return orders.map(({ action, text }) => `${text.padEnd(width)}  # ${meanings[action]}`);
}
