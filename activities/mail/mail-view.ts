import { manyLines, oneLine } from './clean-text.ts';
import { isDelivered, type MailFacts, type MailKind, type ResultsMail, type TroubleMail } from './mail-kinds.ts';
import { promotionKeyLink } from './mail-links.ts';
import type { MailContext } from './mail-settings.ts';
import { problemView } from './problem-words.ts';
import {
  appView,
  changeView,
  commonView,
  doorText,
  effectView,
  fateText,
  optional,
  optionalNote,
  resultView,
  streamName,
  targetView,
  type ViewWords,
  viewWords,
} from './view-parts.ts';

/** What the templates of a mail see. Every field is always there: null, '' or [] where there is nothing to say. */
export type MailView = Readonly<Record<string, unknown>>;

/** Turns facts into the words and links of a mail, from the configuration as it is now. Pure. */
export function mailView(config: MailContext, facts: MailFacts): MailView {
  const words = viewWords(config);
  const kindView = kindViews[facts.kind] as (words: ViewWords, facts: MailFacts) => MailView;
  return { ...commonView(words, facts), ...kindView(words, facts) };
}

type MailOf<Kind extends MailKind> = Extract<MailFacts, { kind: Kind }>;

const kindViews: { readonly [Kind in MailKind]: (words: ViewWords, facts: MailOf<Kind>) => MailView } = {
  publishAlert: (words, facts) => ({
    app: appView(words, facts.app),
    publisher: oneLine(facts.publisher),
    stream: streamName(facts.stream),
    effects: facts.effects.map((effect) => effectView(words, effect)),
    changes: (facts.changes ?? []).map(changeView),
    decide: decideView(words, facts.app.site),
  }),
  reapproval: (words, facts) => ({
    app: appView(words, facts.app),
    approver: optional(facts.approver),
    approvedAt: words.time(facts.approvedAtUtc),
    changes: facts.changes.map(changeView),
    decide: decideView(words, facts.app.site),
  }),
  decisionProblem: (words, facts) => ({
    app: appView(words, facts.app),
    decider: optional(facts.decider),
    problems: facts.problems.map((one) => problemView(one, words.config.sources[facts.app.site], words.site)),
  }),
  approved: (words, facts) => ({
    app: appView(words, facts.app),
    approver: oneLine(facts.approver),
    door: doorText(facts.door, facts.asserted),
    note: optionalNote(facts.note),
    targets: facts.targets.map((target) => targetView(words, target)),
  }),
  denied: (words, facts) => ({
    app: appView(words, facts.app),
    denier: oneLine(facts.denier),
    door: doorText(facts.door, facts.asserted),
    note: optionalNote(facts.note),
    fate: fateText(facts.fate, facts.app.owner),
  }),
  results: resultsView,
  trouble: troubleView,
  tenantTrouble: (words, facts) => ({
    tenant: oneLine(facts.tenant),
    url: oneLine(facts.url),
    code: oneLine(facts.code),
    cause: manyLines(facts.cause),
    remedy: manyLines(facts.remedy),
    since: words.time(facts.sinceUtc),
    isGivenUp: facts.isGivenUp === true,
  }),
  tenantTroubleOver: (words, facts) => ({
    tenant: oneLine(facts.tenant),
    url: oneLine(facts.url),
    code: oneLine(facts.code),
    since: words.time(facts.sinceUtc),
  }),
  reminder: waitView,
  escalation: waitView,
  expired: (words, facts) => ({
    app: appView(words, facts.app),
    waitingSince: words.time(facts.waitingSinceUtc),
    fate: fateText(facts.fate, facts.app.owner),
  }),
  tooLate: (words, facts) => ({
    app: appView(words, facts.app),
    denier: oneLine(facts.denier),
    approver: optional(facts.approver),
    targets: facts.targets.map((target) => targetView(words, target)),
  }),
  aborted: (words, facts) => ({
    app: appView(words, facts.app),
    by: oneLine(facts.by),
    note: optionalNote(facts.note),
    results: facts.results.map((result) => resultView(words, result)),
    fate: fateText(facts.fate, facts.app.owner),
  }),
  test: (words, facts) => ({
    requestedBy: optional(facts.requestedBy),
    host: oneLine(words.config.mail.host ?? ''),
  }),
};

function waitView(words: ViewWords, facts: MailOf<'reminder' | 'escalation'>): MailView {
  return {
    app: appView(words, facts.app),
    stream: facts.stream === undefined ? null : streamName(facts.stream),
    waitingSince: words.time(facts.waitingSinceUtc),
    expiresAt: words.time(facts.expiresAtUtc),
    decide: decideView(words, facts.app.site),
  };
}

/** Which property decides in the QMC, with the words that it understands; null for a site that is not watched. */
function decideView(words: ViewWords, site: string): MailView | null {
  const source = words.config.sources[site];
  if (source === undefined) return null;
  return {
    server: source.properties.server,
    stream: source.properties.stream,
    approval: source.properties.approval,
    approve: source.words.approve[0] ?? 'Approve',
    deny: source.words.deny[0] ?? 'Deny',
  };
}

function resultsView(words: ViewWords, facts: ResultsMail): MailView {
  const delivered = facts.results.filter(isDelivered).length;
  return {
    app: appView(words, facts.app),
    approver: optional(facts.approver),
    headline: resultsHeadline(delivered, facts.results.length),
    deliveredCount: delivered,
    totalCount: facts.results.length,
    results: facts.results.map((result) => resultView(words, result)),
    versionId: optional(facts.versionId),
    warnings: (facts.warnings ?? []).map(oneLine),
    fate: fateText(facts.fate, facts.app.owner),
  };
}

/** Says "promoted" only where something was (seed facts, section 10, defect 34). */
function resultsHeadline(delivered: number, total: number): string {
  if (delivered === 0) return 'was not promoted';
  return delivered === total ? 'was promoted' : `was promoted in part: ${delivered} of ${total} succeeded`;
}

function troubleView(words: ViewWords, facts: TroubleMail): MailView {
  return {
    site: words.site(facts.site),
    code: oneLine(facts.code),
    cause: manyLines(facts.cause),
    remedy: manyLines(facts.remedy),
    since: words.time(facts.sinceUtc),
    waiting: facts.waiting.map((one) => ({
      promotionKey: oneLine(one.promotionKey),
      appName: oneLine(one.appName),
      site: words.site(one.site),
      link: one.promotionKey === '' ? null : promotionKeyLink(words.config, one.promotionKey),
    })),
    waitingCount: facts.waiting.length,
    commands: facts.commands.map(oneLine),
  };
}
