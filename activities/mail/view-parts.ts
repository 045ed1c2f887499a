import { manyLines, oneLine } from './clean-text.ts';
import {
  isDelivered,
  type MailApp,
  type MailContentChange,
  type MailEffect,
  type MailFacts,
  type MailResult,
  type MailSourceFate,
  type MailTarget,
} from './mail-kinds.ts';
import { appLink, consoleBase, decideLink, promotionLink, siteLabel } from './mail-links.ts';
import type { MailContext } from './mail-settings.ts';
import { mailTime } from './mail-time.ts';

/** What turns facts into words: the configuration, and a clock face for its zone and locale. */
export interface ViewWords {
  readonly config: MailContext;
  readonly time: (isoUtc: string | undefined) => string | null;
  readonly site: (alias: string) => string;
}

export function viewWords(config: MailContext): ViewWords {
  return {
    config,
    time: (isoUtc) => (isoUtc === undefined ? null : mailTime(isoUtc, config.timeZone, config.locale)),
    site: (alias) => oneLine(siteLabel(config, alias)),
  };
}

/** The fields that every template may use. */
export interface CommonView {
  readonly kind: string;
  readonly occurredAt: string | null;
  readonly installation: string;
  readonly consoleLink: string | null;
}

export function commonView(words: ViewWords, facts: MailFacts): CommonView {
  return {
    kind: facts.kind,
    occurredAt: words.time(facts.occurredAtUtc),
    installation: words.config.installation.id,
    consoleLink: consoleBase(words.config),
  };
}

export interface AppView {
  readonly id: string;
  readonly name: string;
  readonly site: string;
  readonly owner: string;
  readonly link: string | null;
  /** The page where the promotion is seen. */
  readonly promotionLink: string | null;
  /** The page where it is decided about. */
  readonly decideLink: string | null;
}

export function appView(words: ViewWords, app: MailApp): AppView {
  return {
    id: oneLine(app.id),
    name: oneLine(app.name),
    site: words.site(app.site),
    owner: oneLine(app.owner),
    link: appLink(words.config, app.site, app.id),
    promotionLink: promotionLink(words.config, app.site, app.id),
    decideLink: decideLink(words.config, app.site, app.id),
  };
}

/** A text or null; templates test for null. */
export function optional(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : oneLine(text);
}

/** A text of several lines, or null. */
export function optionalNote(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : manyLines(text);
}

/** A stream by its name; one that is known by id only says so. */
export function streamName(stream: string): string {
  const byId = /^id:(.+)$/i.exec(stream.trim());
  return byId === null ? oneLine(stream) : `stream with the id ${byId[1]}`;
}

export function targetView(words: ViewWords, target: MailTarget) {
  return {
    site: words.site(target.site),
    mode: target.mode === 'overwrite' ? 'Overwrite' : 'Duplicate',
    streams: target.streams.map(streamName).join(', '),
  };
}

const effectWords: Record<MailEffect['effect'], string> = {
  replace: 'replaces the app of that name',
  add: 'adds a new app',
  'missing-stream': 'cannot be done: the stream does not exist there',
  unknown: 'not known: the site did not answer',
};

export function effectView(words: ViewWords, effect: MailEffect) {
  return {
    site: words.site(effect.site),
    stream: streamName(effect.stream),
    text: effectWords[effect.effect],
    replacedChangedAt: words.time(effect.replacedChangedAtUtc),
  };
}

export function changeView(change: MailContentChange) {
  return {
    change: change.change,
    type: oneLine(change.type),
    name: oneLine(change.name) === '' ? '(without a name)' : oneLine(change.name),
    by: optional(change.by),
  };
}

const outcomeWords: Record<MailResult['outcome'], string> = {
  replaced: 'Succeeded: replaced the app that was there',
  added: 'Succeeded: added as a new app',
  failed: 'Failed',
  skipped: 'Skipped',
  'missing-stream': 'Not done: the stream does not exist there',
  waiting: 'Still waiting',
  aborted: 'Aborted',
  superseded: 'Not done: a newer approval took its place',
};

export function resultView(words: ViewWords, result: MailResult) {
  return {
    site: words.site(result.site),
    stream: streamName(result.stream),
    delivered: isDelivered(result),
    outcome: outcomeWords[result.outcome],
    reason: optional(result.reason),
    appId: optional(result.appId),
    link: result.appId === undefined ? null : appLink(words.config, result.site, result.appId),
    warnings: (result.warnings ?? []).map(oneLine),
  };
}

const fateWords: Record<MailSourceFate, (owner: string) => string> = {
  unpublished: (owner) => `The app was taken out of its stream and is now an unpublished copy in the work of ${owner}.`,
  'stays-published': () => 'The app stays published where it is; the promotion properties were removed from it.',
  untouched: () => 'The app and its promotion properties were left as they are.',
  gone: () => 'The app is no longer on its source site.',
};

/** What happens to the app on the source site, as a sentence. */
export function fateText(fate: MailSourceFate, owner: string): string {
  return fateWords[fate](oneLine(owner));
}

const doorWords = {
  qmc: 'in the QMC',
  console: 'on the Waybill console',
  cli: 'with the waybill command',
  temporal: 'in the Temporal UI',
  standing: 'by the standing promote-on-reload property',
} as const;

/** Where a decision was made, as the end of a sentence; says so when nobody proved the name. */
export function doorText(door: keyof typeof doorWords, asserted: boolean): string {
  return asserted ? `${doorWords[door]} (the name is as given, not proven)` : doorWords[door];
}
