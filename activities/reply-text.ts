/** As much of a reply as an error tells. */
export const mostReplyCharacters = 300;

/** The text of a reply in one line of at most 300 characters, without the tags of a web page or the quotes of a JSON string. */
export function plainText(text: string): string {
  const visible = isHtml(text)
    ? text.replaceAll(/<(style|script|title)\b[\s\S]*?<\/\1>/gi, ' ').replaceAll(/<[^>]*>/g, ' ')
    : unquoted(text);
  const line = visible.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line === '') return '(no text)';
  return line.length > mostReplyCharacters ? `${line.slice(0, mostReplyCharacters - 1)}…` : line;
}

/** True for the beginning of a web page. */
export function isHtml(text: string): boolean {
  return /^\s*(<!doctype html|<html|<head|<body|<h\d)/i.test(text.slice(0, 200));
}

/** How long a header `Retry-After` asks to wait, in seconds or until a date; undefined for none, or what is neither. */
export function retryAfterMsOf(value: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const seconds = Number(value);
  const waitMs = Number.isNaN(seconds) ? Date.parse(value) - nowMs : seconds * 1000;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

function unquoted(text: string): string {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'string' ? parsed : text;
  } catch {
    return text;
  }
}
