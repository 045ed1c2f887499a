import type { Markup } from './json-template.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Slack's escapes: `& < >` and nothing else. */
export function slackEscaped(text: string): string {
  return text.replaceAll(/[&<>]/g, (character) => entities[character] ?? character);
}

/** Three backticks would end the block of code they stand in; a character of no width between them keeps them apart. */
export function withoutFences(text: string): string {
  return text.replaceAll(/`(?=``)/g, '`\u200b');
}

/** True for a text that Slack would show in another form than it is written: bold, quoted, as an emoji. */
export function hasMarkup(text: string): boolean {
  return /[*~`]|(^|\W)_|_(\W|$)|^\s*>|:(?!\d+:)[\w+'-]+:/m.test(text);
}

/** Which texts of a message Slack reads as marked up: not those of type `plain_text`, and no address. */
export const slackMarkup: Markup = {
  escapes: entities,
  isMarkedUp: (key, { type }) =>
    ['text', 'fallback', 'pretext'].includes(key) && (type === undefined || type === 'mrkdwn'),
  mend: withoutFences,
};
