import { workflowIds } from '../../workflows/contract.ts';
import type { Mail } from '../../ledger/mails.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { OutgoingMail } from '../promotion-types.ts';

/** What a step hands out is on its way within this time. */
const ON_ITS_WAY_MS = 2 * 60_000;

/**
 * Has mails sent that the ledger holds unsent and no workflow has in hand any more: Temporal has lost its database, or
 * somebody terminated the workflow. Safe to repeat: a mail has one workflow id and one Message-ID. Returns how many.
 */
export async function resumeMails(
  deps: ActivityDependencies,
  { evenYoung }: { readonly evenYoung: boolean },
): Promise<number> {
  const queued = await deps.ledger.listMails({ state: 'queued' });
  let resumed = 0;
  for (const mail of queued) {
    const order = mail.order as OutgoingMail | undefined;
    const ageMs = Date.parse(deps.nowUtc()) - Date.parse(mail.updatedAtUtc);
    if (!order || (!evenYoung && ageMs < ON_ITS_WAY_MS) || (await isInHand(deps, order, mail.updatedAtUtc))) continue;
    await takeUp(deps, mail);
    await deps.startMail(order);
    resumed += 1;
  }
  if (resumed > 0) deps.logger.info({ mails: resumed }, 'mails that no workflow had in hand are sent');
  return resumed;
}

/** A promotion sends itself what came up in its present run; before it ends it hands on what is left. */
async function isInHand(
  deps: ActivityDependencies,
  { promotionKey, key, mail }: OutgoingMail,
  updatedAtUtc: string,
): Promise<boolean> {
  if (await deps.isRunning(workflowIds.notify(promotionKey, key))) return true;
  if (!('app' in mail)) return false;
  const since = await deps.runningSince(workflowIds.promotion(mail.app.site, mail.app.id));
  return since !== undefined && since <= updatedAtUtc;
}

/** A promotion that starts again does not hand it out a second time. */
async function takeUp({ ledger }: ActivityDependencies, mail: Mail): Promise<void> {
  const { messageId, kind, to, subject, attempts } = mail;
  await ledger.upsertMail({ messageId, kind, to, subject, state: 'queued', attempts: Math.max(1, attempts) });
}
