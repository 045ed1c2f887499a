import { proofOfDecision } from '../../../common/proof.ts';
import type { Awaiting } from '../../../ledger/awaiting.ts';
import type { ConsolePerson } from '../../../ledger/console-people.ts';
import { sendDecision } from '../../../temporal/send-order.ts';
import type { DecideOutcome } from '../../../workflows/contract.ts';
import type { ConsoleContext } from '../../server/context.ts';
import { type SentDecision, targetChoices } from './decision-form.ts';

/** How long a worker has for a decision, in milliseconds, and again to record it. */
const PATIENCE_MS = 20_000;

/**
 * Hands a decision over, signed for whoever is signed in. Sent twice with one id, it is one decision.
 * @throws as `sendDecision`
 */
export async function recordDecision(
  { config, installationSecret, logger, temporal }: ConsoleContext,
  { account, groups }: ConsolePerson,
  { site, appId, appName }: Awaiting,
  sent: SentDecision & { readonly decisionId: string },
): Promise<DecideOutcome> {
  const { decisionId, verdict } = sent;
  const targets = verdict === 'approve' ? targetChoices(sent) : [];
  const note = sent.note === '' ? undefined : sent.note;
  const decided = { decisionId, site, appId, verdict, account, groups, targets, note };
  const signed = { proof: proofOfDecision(installationSecret, decided), groups };
  logger.info({ site, app: appName, verdict, account }, 'A decision was made on the console');
  return sendDecision(
    { config, timeoutMs: PATIENCE_MS, what: appName, site, connected: temporal },
    { site, appId },
    { decisionId, verdict, by: { account, door: 'console', asserted: false, signed }, targets, note },
  );
}
