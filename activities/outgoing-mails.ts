import type { AppFacts } from '../rules/app-facts.ts';
import { accountOf } from '../rules/app-facts.ts';
import type { RequestProblem } from '../rules/property-request.ts';
import type { MailApp, MailSourceFate } from './mail/mail-kinds.ts';
import type { DecisionRecord, OutgoingMail } from './promotion-types.ts';
import { digestOf } from './digest.ts';

/** Makes the mails that a promotion's steps bring up. Keys are stable, so that a repeat is the same mail. */

export function mailAppOf(site: string, app: AppFacts): MailApp {
  return { id: app.id, name: app.name, site, owner: accountOf(app.owner) };
}

export function mailAppOfDecision(decision: DecisionRecord): MailApp {
  return { id: decision.appId, name: decision.app.name, site: decision.site, owner: decision.app.owner };
}

/** Before there is a decision, the app itself is what mails belong to. */
export function keyBeforeDecision(site: string, appId: string): string {
  return `${site}.${appId}`;
}

export function publishAlert(site: string, app: AppFacts, publishedAtUtc: string): OutgoingMail {
  const streamName = app.stream?.name ?? '';
  return {
    promotionKey: keyBeforeDecision(site, app.id),
    key: `publishAlert.${Date.parse(publishedAtUtc)}`,
    mail: {
      kind: 'publishAlert',
      occurredAtUtc: publishedAtUtc,
      app: mailAppOf(site, app),
      publisher: app.modifiedBy,
      stream: streamName,
      effects: [],
    },
    recipients: { to: 'stream', site, streamName, streamId: app.stream?.id },
  };
}

export function decisionProblem(
  site: string,
  app: AppFacts,
  problems: readonly RequestProblem[],
  account: string,
  nowUtc: string,
): OutgoingMail {
  const digest = digestOf(problems.map((problem) => problem.text)).slice(0, 12);
  return {
    promotionKey: keyBeforeDecision(site, app.id),
    key: `decisionProblem.${digest}`,
    mail: {
      kind: 'decisionProblem',
      occurredAtUtc: nowUtc,
      app: mailAppOf(site, app),
      decider: account,
      problems: problems.map((problem) => ({ problem: 'other', what: problem.text, remedy: '' })),
    },
    recipients: { to: 'owner', site, owner: account },
  };
}

export function decisionMail(decision: DecisionRecord): OutgoingMail[] {
  if (!decision.tellsOwner) return [];
  const recipients = { to: 'owner', site: decision.site, owner: decision.app.owner } as const;
  const facts = {
    occurredAtUtc: decision.decidedAtUtc,
    app: mailAppOfDecision(decision),
    door: decision.by.door,
    asserted: decision.by.asserted,
    note: decision.note,
  };
  if (decision.verdict === 'deny') {
    const mail = { kind: 'denied', ...facts, denier: decision.by.account, fate: fateOf(decision) } as const;
    return [{ promotionKey: decision.promotionKey, key: 'denied', mail, recipients }];
  }
  const mail = { kind: 'approved', ...facts, approver: decision.by.account, targets: decision.targets } as const;
  return [{ promotionKey: decision.promotionKey, key: 'approved', mail, recipients }];
}

export function reapproval(
  site: string,
  app: AppFacts,
  approver: string,
  approvedAtUtc: string,
  changes: readonly string[],
  nowUtc: string,
): OutgoingMail[] {
  const nth = Date.parse(approvedAtUtc);
  const mail = {
    kind: 'reapproval',
    occurredAtUtc: nowUtc,
    app: mailAppOf(site, app),
    approver,
    approvedAtUtc,
    changes: changes.map(toContentChange),
  } as const;
  const promotionKey = keyBeforeDecision(site, app.id);
  const owner = accountOf(app.owner);
  const asked = owner === approver ? [approver] : [approver, owner];
  return asked.map((account, index) => ({
    promotionKey,
    key: `reapproval.${nth}.${index}`,
    mail,
    recipients: { to: 'owner', site, owner: account },
  }));
}

/** An approved app was deleted before anything was promoted. */
export function abortedByDeletion(decision: DecisionRecord, nowUtc: string): OutgoingMail {
  const { promotionKey, site, app } = decision;
  const by = 'whoever deleted the app';
  const facts = { occurredAtUtc: nowUtc, app: mailAppOfDecision(decision), results: [], fate: 'gone' } as const;
  return {
    promotionKey,
    key: 'aborted',
    mail: { kind: 'aborted', by, ...facts },
    recipients: { to: 'owner', site, owner: app.owner },
  };
}

/** `sheet "Sales" was changed`, as the rules say it, taken apart for the template. */
function toContentChange(text: string): { change: 'added' | 'changed' | 'removed'; type: string; name: string } {
  const [, type = '', name = '', change = ''] = /^(.*?) "(.*)" was (\w+)$/.exec(text) ?? [];
  if (change === 'added' || change === 'changed' || change === 'removed') return { change, type, name };
  return { change: 'changed', type: 'app', name: text };
}

export function fateOf(decision: DecisionRecord): MailSourceFate {
  if (decision.cleanUp === 'unpublish') return 'unpublished';
  return decision.cleanUp === 'strip' ? 'stays-published' : 'untouched';
}
