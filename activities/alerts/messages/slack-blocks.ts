import type { AlertView, Entry, Fact, ShownLogPart } from './alert-view.ts';
import { cutText } from './cut-lines.ts';
import type { JsonObject } from './json-template.ts';
import { slackLimits } from './slack-limits.ts';
import { hasMarkup, slackEscaped, withoutFences } from './slack-markup.ts';
import { type Button, isWebAddress } from './tenant-links.ts';

const divider = { type: 'divider' };
const length = (text: string) => text.length;

/** The blocks of a built-in message. */
export function slackBlocks(view: AlertView): JsonObject[] {
  return [
    headerBlock(view.title),
    divider,
    ...view.groups.map(fieldsBlock),
    ...(view.error === undefined ? [] : [labelled(view.error)]),
    ...view.entries.map(entryBlock),
    ...notesBlocks(view.notes),
    ...actionsBlocks(view.buttons),
    ...(view.logs.length === 0 ? [] : [divider]),
    ...view.logs.flatMap(logBlocks),
  ];
}

/** The blocks of a basic message: the words, what is missing, the buttons. */
export function slackBasicBlocks(text: string, view: AlertView): JsonObject[] {
  const isHeader = text.length <= slackLimits.header && !text.includes('\n');
  const words = isHeader ? headerBlock(text) : { type: 'section', text: plain(text, slackLimits.sectionText) };
  return [words, ...notesBlocks(view.notes), divider, ...actionsBlocks(view.buttons)];
}

function headerBlock(text: string): JsonObject {
  return { type: 'header', text: plain(text, slackLimits.header) };
}

function fieldsBlock(facts: readonly Fact[]): JsonObject {
  return {
    type: 'section',
    fields: facts.map(({ label, value }) => field(label, value, slackLimits.fieldText)),
  };
}

function labelled({ label, value }: Fact): JsonObject {
  return { type: 'section', text: field(label, value, slackLimits.sectionText) };
}

/** A value that Slack would take for markup makes the whole field a plain one: its label is not bold, but it is right. */
function field(label: string, value: string, most: number): JsonObject {
  if (hasMarkup(value)) return plain(`${label}:\n${value}`, most);
  return mrkdwn(`*${label}:*\n${slackEscaped(cutText(value, most - label.length - 4, escapedLength))}`);
}

function entryBlock({ title, lines, url }: Entry): JsonObject {
  const text = plain([title, ...lines].join('\n'), slackLimits.sectionText);
  const accessory = isWebAddress(url) ? { accessory: button({ label: 'Open app', url }) } : {};
  return { type: 'section', text, ...accessory };
}

function notesBlocks(notes: readonly string[]): JsonObject[] {
  return notes.length === 0 ? [] : [{ type: 'section', text: plain(notes.join('\n'), slackLimits.sectionText) }];
}

function actionsBlocks(buttons: readonly Button[]): JsonObject[] {
  const shown = buttons.slice(0, slackLimits.actions);
  if (shown.length === 0) return [];
  return [{ type: 'actions', elements: shown.map(button) }];
}

function button({ label, url }: Button): JsonObject {
  return { type: 'button', text: { ...plain(label, slackLimits.buttonText), emoji: true }, url };
}

function logBlocks({ heading, intro, lines }: ShownLogPart): JsonObject[] {
  const words = intro === '' ? `${heading}:` : intro;
  const code = withoutFences(lines.join('\n'));
  const fenced = `\`\`\`${slackEscaped(code)}\`\`\``;
  return [
    { type: 'section', text: plain(words, slackLimits.sectionText) },
    ...(code.trim() === '' ? [] : [{ type: 'section', text: mrkdwn(fenced) }]),
  ];
}

function escapedLength(text: string): number {
  return slackEscaped(text).length;
}

/** Verbatim: a name that looks like a channel or a person is not made one. */
function mrkdwn(text: string): JsonObject {
  return { type: 'mrkdwn', text, verbatim: true };
}

function plain(text: string, most: number): JsonObject {
  return { type: 'plain_text', text: cutText(text, most, length), emoji: false };
}
