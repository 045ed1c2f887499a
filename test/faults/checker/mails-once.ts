import { type MailFacts, type Violation, violation } from './run-facts.ts';
import { isOpenByPlan, joinedKeys, type RecordedPromotion, type RunView } from './run-view.ts';
import { isSame } from './site-walk.ts';

/** Kinds that a promotion sends at most once to the same people. */
const onceOnly = ['approved', 'denied', 'results', 'aborted', 'tooLate'];
/** Trouble belongs to a site, not to a promotion; a reminder says the same each time. */
const maySayTheSame = ['trouble', 'tenantTrouble', 'tenantTroubleOver', 'test', 'reminder'];

/** Rule (f): one mail for each transition, and a repeated one has the same Message-ID. */
export function checkMailsOnce(view: RunView): Violation[] {
  const { mails, ledger } = view.facts;
  return [
    ...sameTransition(view, mails),
    ...sameId(view, mails),
    ...ledger.promotions.flatMap((promotion) => owed(view, promotion)),
    ...unsent(view),
  ];
}

/** Two ids for one transition. */
function sameTransition(view: RunView, mails: readonly MailFacts[]): Violation[] {
  const first = new Map<string, MailFacts>();
  const found: Violation[] = [];
  for (const mail of mails.filter((one) => one.promotionKey !== '' && !maySayTheSame.includes(one.kind))) {
    const once = onceOnly.includes(mail.kind);
    const transition = JSON.stringify([
      mail.promotionKey,
      mail.kind,
      mail.to.toSorted(),
      once ? '' : [mail.subject, mail.text],
    ]);
    const earlier = first.get(transition) ?? mail;
    first.set(transition, earlier);
    if (earlier.messageId === mail.messageId) continue;
    const what = `${mail.kind} was mailed twice, as ${earlier.messageId} and ${mail.messageId}`;
    found.push(violation('f', siteOf(view, mail), nameOf(view, mail), what));
  }
  return found;
}

/** One id for two transitions: a reader's program would show only one of them. */
function sameId(view: RunView, mails: readonly MailFacts[]): Violation[] {
  const first = new Map<string, MailFacts>();
  return mails.flatMap((mail) => {
    const earlier = first.get(mail.messageId) ?? mail;
    first.set(mail.messageId, earlier);
    const isSameMail = earlier.subject === mail.subject && earlier.kind === mail.kind;
    if (mail.messageId === '')
      return [violation('f', siteOf(view, mail), nameOf(view, mail), 'a mail has no Message-ID')];
    if (isSameMail) return [];
    const what = `${mail.messageId} is the id of two mails, "${earlier.subject}" and "${mail.subject}"`;
    return [violation('f', siteOf(view, mail), nameOf(view, mail), what)];
  });
}

/** The owner hears of the decision and of its outcome. */
function owed(view: RunView, promotion: RecordedPromotion): Violation[] {
  const { promotionKey, verdict, state, decision, site, appName } = promotion;
  const isSilent = !view.facts.settings.mails || decision.tellsOwner !== true || verdict === 'reload';
  // Targets that were added on the way are told of in the mails of the promotion that they joined.
  const keys = joinedKeys(view, promotion);
  if (isSilent || isOpenByPlan(view, promotionKey) || keys.some((key) => isUnreachable(view, key))) return [];
  const isDone = ['promoted', 'partly-promoted', 'not-promoted'].includes(state);
  const kinds = verdict === 'deny' ? ['denied'] : isDone ? ['approved', 'results'] : [];
  const came = view.facts.mails.filter((mail) => keys.includes(mail.promotionKey)).map((mail) => mail.kind);
  return kinds
    .filter((kind) => !came.includes(kind))
    .map((kind) => violation('f', site, appName, `nobody was mailed that ${promotionKey} is ${kind}`));
}

function isUnreachable(view: RunView, promotionKey: string): boolean {
  const refused = view.facts.expected.undeliverable ?? [];
  const own = view.facts.ledger.mails.filter((mail) => mail.promotionKey === promotionKey);
  return own.some((mail) => mail.to.some((address) => refused.some((one) => isSame(one, address))));
}

function unsent(view: RunView): Violation[] {
  const { ledger, expected } = view.facts;
  const refused = expected.undeliverable ?? [];
  return ledger.mails.flatMap((mail) => {
    const isFailed = mail.state === 'failed' && !mail.to.some((to) => refused.some((one) => isSame(one, to)));
    const isLeft = mail.state === 'queued' && (expected.open ?? []).length === 0;
    if (!isFailed && !isLeft) return [];
    return [violation('f', '', mail.subject, `its mail ${mail.messageId} is ${mail.state}`)];
  });
}

function promotionOf(view: RunView, { promotionKey }: MailFacts): RecordedPromotion | undefined {
  return view.facts.ledger.promotions.find((promotion) => promotion.promotionKey === promotionKey);
}

function siteOf(view: RunView, mail: MailFacts): string {
  return promotionOf(view, mail)?.site ?? 'no site';
}

function nameOf(view: RunView, mail: MailFacts): string {
  return promotionOf(view, mail)?.appName ?? mail.subject;
}
