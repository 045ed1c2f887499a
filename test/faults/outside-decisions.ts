import { randomUUID } from 'node:crypto';
import { rootCause } from '@temporalio/common';
import type { SentApp } from '../effects/effects.ts';
import type { World } from '../harness/world.ts';
import { type DecideRequest, updates, workflowIds } from '../../workflows/contract.ts';
import type { OutsideDecision } from './checker/run-facts.ts';

export interface Outside {
  readonly promotionKey: string;
  /** What the checker is told, as no site knows of it. */
  readonly facts: OutsideDecision;
}

export interface OutsideOrder {
  readonly verdict: 'approve' | 'deny';
  readonly account: string;
  readonly decisionId?: string;
}

/** Decides as `waybill approve` and `waybill deny` do: a new app at `test`, in Sales. Rejects where it is refused. */
export async function decideOutside(world: World, app: SentApp, order: OutsideOrder): Promise<Outside> {
  const { verdict, account, decisionId = randomUUID() } = order;
  const site = world.alias('dev');
  const targets =
    verdict === 'deny' ? [] : [{ site: world.alias('test'), mode: 'duplicate' as const, streams: ['Sales'] }];
  const by = { account, door: 'cli', asserted: true } as const;
  const request: DecideRequest = { decisionId, verdict, by, targets };
  const handle = world.temporal.client.workflow.getHandle(workflowIds.promotion(site, app.id));
  const hostUtc = new Date().toISOString();
  const { promotionKey } = await handle.executeUpdate<{ promotionKey: string }, [DecideRequest]>(updates.decide, {
    args: [request],
  });
  return { promotionKey, facts: { site, appId: app.id, account, verdict, targets, hostUtc } };
}

/** Why a decision was refused, in words. */
export function whyRefused(error: unknown): string {
  const { cause } = error as Error;
  return rootCause(cause) ?? String(error);
}
