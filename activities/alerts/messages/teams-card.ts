import type { AlertView, Entry, Fact, ShownLogPart } from './alert-view.ts';
import type { JsonObject } from './json-template.ts';
import { teamsLimits } from './teams-limits.ts';
import type { Button } from './tenant-links.ts';

/**
 * The card of a built-in message. Names, errors and logs stand in text runs, which know no Markdown: nothing in them
 * can be taken for it. Only Waybill's own words stand in text blocks. A line is a block of its own, because not every
 * client keeps the line ends within one.
 */
export function teamsCard(view: AlertView): JsonObject {
  return card(view, [
    heading(view.title),
    ...view.groups.map(groupContainer),
    ...(view.error === undefined
      ? []
      : [container([heading(view.error.label, 'medium'), ...linesOf(view.error.value)])]),
    ...view.entries.map(entryContainer),
    ...notesContainer(view.notes),
    ...actionSets(view.buttons),
    ...view.logs.map(logContainer),
  ]);
}

/** The card of a basic message: the words, what is missing, the buttons. */
export function teamsBasicCard(text: string, view: AlertView): JsonObject {
  const words = text.split('\n').map((line) => richText([run(line, { size: 'Large', weight: 'Bolder' })]));
  return card(view, [...words, ...notesContainer(view.notes), ...actionSets(view.buttons)]);
}

/** Version 1.4: the newest that every client of Teams shows. */
function card(view: AlertView, body: readonly JsonObject[]): JsonObject {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    fallbackText: view.summary,
    body,
  };
}

function groupContainer(facts: readonly Fact[]): JsonObject {
  return container(facts.map(({ label, value }) => richText([run(`${label}: `, { weight: 'Bolder' }), run(value)])));
}

function entryContainer({ title, url, lines }: Entry): JsonObject {
  const open = { selectAction: { type: 'Action.OpenUrl', title: 'Open app', url } };
  return container([
    richText([{ ...run(title, { weight: 'Bolder' }), ...(url === '' ? {} : open) }]),
    ...lines.flatMap((line) => linesOf(line)),
  ]);
}

function notesContainer(notes: readonly string[]): JsonObject[] {
  return notes.length === 0 ? [] : [container(notes.map((note) => richText([run(note, { color: 'Warning' })])))];
}

function logContainer({ heading: title, intro, lines }: ShownLogPart): JsonObject {
  const words = intro === '' ? [] : [{ type: 'TextBlock', size: 'Small', text: intro, wrap: true }];
  return {
    ...container([heading(title, 'medium'), ...words, ...lines.map(codeLine)]),
    style: 'emphasis',
  };
}

/** Management console first; more than six in a row are not all shown. */
function actionSets(buttons: readonly Button[]): JsonObject[] {
  const sets = Math.ceil(buttons.length / teamsLimits.actions);
  return Array.from({ length: sets }, (_, index) => ({
    type: 'ActionSet',
    actions: buttons
      .slice(index * teamsLimits.actions, (index + 1) * teamsLimits.actions)
      .map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })),
  }));
}

function container(items: readonly JsonObject[]): JsonObject {
  return { type: 'Container', spacing: 'Medium', items };
}

/** Only for words that are Waybill's own. */
function heading(text: string, size = 'large'): JsonObject {
  return { type: 'TextBlock', size, weight: 'bolder', text, style: 'heading', wrap: true };
}

function linesOf(text: string): JsonObject[] {
  return text.split('\n').map((line) => richText([run(line)]));
}

function codeLine(line: string): JsonObject {
  return richText([run(line, { fontType: 'Monospace', size: 'Small' })]);
}

function richText(inlines: readonly JsonObject[]): JsonObject {
  return { type: 'RichTextBlock', spacing: 'None', inlines };
}

/** Spaces that indent a line, or stand side by side, would be lost; a run must not be empty. */
function run(text: string, look: JsonObject = {}): JsonObject {
  const kept = text.replaceAll(/^ +| {2,}/g, (spaces) => '\u00a0'.repeat(spaces.length));
  return { type: 'TextRun', text: kept === '' ? '\u00a0' : kept, ...look };
}
