import { setTimeout as wait } from 'node:timers/promises';
import type { PromotionState, Trouble } from '../../workflows/contract.ts';
import type { Cli } from './cli-context.ts';
import type { KnownPromotion } from '../../views/find-app.ts';
import { choicesIn } from '../../views/choices.ts';
import { ordersFor } from './orders-text.ts';
import { plain } from '../../views/plain.ts';
import { recordLine } from '../../views/record-line.ts';
import type { DecisionOfRecord } from '../../views/recorded-shapes.ts';
import { stateText } from './state-text.ts';
import { targetOf } from '../../views/target-of-record.ts';

export interface Followed {
  readonly state: PromotionState;
  /** Somebody pressed Ctrl-C; the promotion goes on. */
  readonly interrupted: boolean;
}

const LOOK_EVERY_MS = 400;

/**
 * Prints each step as the ledger gets to know it, until the promotion has ended or Ctrl-C is pressed, which leaves it
 * running. Reads the ledger alone, so that it goes on when workers or Temporal are restarted.
 */
export async function followPromotion(cli: Cli, promotionKey: string): Promise<Followed> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  try {
    return await follow(cli, promotionKey, interrupt.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

async function follow(cli: Cli, promotionKey: string, interrupted: AbortSignal): Promise<Followed> {
  const told = new Set<string>();
  for (;;) {
    // The end is read first, so that nothing which was recorded before it is left untold.
    const promotion = await cli.ledger.getPromotion<DecisionOfRecord>(promotionKey);
    await tellNews(cli, promotionKey, told);
    if (promotion?.endedAtUtc) {
      cli.remark(`${plain(promotion.appName)}: ${stateText(cli.paint, promotion.state)}`);
      return { state: promotion.state, interrupted: false };
    }
    if (interrupted.aborted) return leave(cli, promotionKey, promotion);
    await wait(LOOK_EVERY_MS, undefined, { signal: interrupted }).catch(() => undefined);
  }
}

async function tellNews({ ledger, clock, paint, remark }: Cli, promotionKey: string, told: Set<string>): Promise<void> {
  for (const record of await ledger.recordsOf(promotionKey)) {
    if (told.has(record.seq)) continue;
    told.add(record.seq);
    const target = targetOf(record.seq);
    const isTrouble = record.type === 'trouble';
    const words = `${target ? `${target}: ` : ''}${recordLine(record)}`;
    remark(`  ${paint.dim(clock.exact(record.atUtc))}  ${isTrouble ? paint.red(words) : words}`);
    if (!isTrouble) continue;
    const orders = ordersFor(promotionKey, target, choicesIn(record.facts as Trouble));
    for (const order of orders) remark(`      ${order}`);
  }
}

function leave({ remark }: Cli, promotionKey: string, promotion: KnownPromotion | undefined): Followed {
  remark(`It goes on without you. Look with: waybill show ${promotionKey}`);
  return { state: promotion?.state ?? 'assessing', interrupted: true };
}
