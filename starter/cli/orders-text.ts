import { orderMeanings } from '../../views/order-words.ts';
import type { ResolveAction } from '../../workflows/contract.ts';

/**
 * The commands that help a stuck target, or the promotion's own step; a step of its own cannot be skipped. Where several
 * apps bear the name, trying again needs the choice of one of them.
 */
export function ordersFor(promotionKey: string, target: string | undefined, choices: readonly string[]): string[] {
  const actions: readonly ResolveAction[] = target === undefined ? ['retry', 'abort'] : ['retry', 'skip', 'abort'];
  const where = target === undefined ? '' : ` --target ${target}`;
  const choice = choices.length > 0 ? ' --choose <app id>' : '';
  const orders = actions.map((action) => ({
    action,
    text: `waybill ${action} ${promotionKey}${where}${action === 'retry' ? choice : ''}`,
  }));
  const width = Math.max(...orders.map(({ text }) => text.length));
  return orders.map(({ action, text }) => `${text.padEnd(width)}  # ${orderMeanings[action]}`);
}
