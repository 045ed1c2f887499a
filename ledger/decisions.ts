import { type ClaimInput, type ClaimState, createClaims } from './claims.ts';
import { createPromotions, type PromotionInput } from './promotions.ts';
import { createRecords, type RecordInput } from './records.ts';
import { inTransaction, type StoreParts } from './store.ts';

/** A decision to write down. The promotion key is that of the claim; `record.seq` defaults to `decision`. */
export interface DecisionInput {
  readonly claim: ClaimInput;
  readonly promotion: Omit<PromotionInput, 'promotionKey'>;
  readonly record: Omit<RecordInput, 'promotionKey' | 'seq'> & { readonly seq?: string };
}

export interface DecisionResult {
  readonly fresh: boolean;
  readonly state: ClaimState;
  /** The key of the promotion that has the claim: another one than asked for, when the claim stood already. */
  readonly promotionKey: string;
}

export interface Decisions {
  /**
   * Who has the decision: claims it and writes its promotion and first record in one transaction. An open claim that
   * stood already gets the promotion and the record it lacks; a closed one changes nothing. Safe to repeat.
   */
  recordDecision(input: DecisionInput): Promise<DecisionResult>;
}

/** Makes the decisions group over a database or a transaction. */
export function createDecisions(parts: StoreParts): Decisions {
  return {
    async recordDecision({ claim, promotion, record }) {
      return inTransaction(parts, async (tx) => {
        const { fresh, state, promotionKey } = await createClaims(tx).claim(claim);
        if (state === 'open') {
          await createPromotions(tx).openPromotion({ ...promotion, promotionKey });
          await createRecords(tx).record({ seq: 'decision', ...record, promotionKey });
        }
        return { fresh, state, promotionKey };
      });
    },
  };
}
