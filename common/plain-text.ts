import { stripVTControlCharacters } from 'node:util';

/** Control characters, line separators and the marks that turn the writing direction. */
const steering = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** A text from outside as it may stand in one line of a terminal: a name from Qlik must not steer it. */
export function plainText(text: string): string {
  return withoutSteering(text).trim();
}

/** The same for a text of several lines, which keep their indentation. */
export function plainLines(text: string): string {
  return text.split('\n').map(withoutSteering).join('\n');
}

function withoutSteering(text: string): string {
  return stripVTControlCharacters(text).replaceAll(steering, ' ');
}
