import { waybillError } from '../../../common/errors/catalogue.ts';
import { oneLine, shorten } from '../../mail/clean-text.ts';
import type { TemplateSource } from './alert.ts';
import { fillTemplate } from './fill-template.ts';

export type JsonObject = { readonly [key: string]: unknown };

/** How a service escapes what has a meaning in its marked-up texts. */
export interface Markup {
  /** Each character with a meaning and what stands for it; at most 32. */
  readonly escapes: Readonly<Record<string, string>>;
  /** Whether the text under `key` of `parent` is marked up. In all others a value stands as it is: addresses, say. */
  readonly isMarkedUp: (key: string, parent: JsonObject) => boolean;
  /** What else is done to a value, whatever text it goes into. */
  readonly mend: (value: string) => string;
}

/**
 * The message that a template of JSON gives. Whatever the values hold, they cannot break the JSON: they are escaped for
 * it while the template is filled. What the service takes for markup is escaped after that, where it is known which
 * text of the message a value went into; until then code points that are no characters stand for it, which
 * `clean-log.ts` keeps out of the values themselves.
 * @throws WAYBILL_ALERT_TEMPLATE, WAYBILL_ALERT_TEMPLATE_JSON
 */
export function fillJsonTemplate(source: TemplateSource, context: object, markup: Markup): JsonObject {
  const marks = new Map(Object.keys(markup.escapes).map((character, index) => [character, markOf(index)]));
  const text = fillTemplate(source, context, (value) => {
    const marked = Array.from(markup.mend(value.replaceAll('\r\n', '\n')), (one) => marks.get(one) ?? one).join('');
    return JSON.stringify(marked).slice(1, -1);
  });
  const parsed = parse(source, text);
  const characters = new Map([...marks].map(([character, mark]) => [mark, character]));
  return unmark(
    parsed,
    (one, isMarkedUp) => {
      const character = characters.get(one) ?? '';
      return isMarkedUp ? (markup.escapes[character] ?? '') : character;
    },
    markup.isMarkedUp,
  ) as JsonObject;
}

/** U+FDD0 to U+FDEF */
const anyMark = /[\ufdd0-\ufdef]/g;

function markOf(index: number): string {
  return String.fromCharCode(0xfdd0 + index);
}

function parse(source: TemplateSource, text: string): unknown {
  const failed = (problem: string, cause?: unknown) =>
    waybillError(
      'WAYBILL_ALERT_TEMPLATE_JSON',
      { template: source.name, problem: shorten(oneLine(problem.replaceAll(anyMark, '')), 300) },
      { cause },
    );
  try {
    const parsed: unknown = JSON.parse(text);
    if (isObject(parsed)) return parsed;
  } catch (error) {
    throw failed((error as Error).message, error);
  }
  throw failed('it is not one object in braces');
}

type Unmark = (mark: string, isMarkedUp: boolean) => string;

function unmark(value: unknown, character: Unmark, isMarkedUp: Markup['isMarkedUp']): unknown {
  if (Array.isArray(value)) return value.map((one) => unmark(one, character, isMarkedUp));
  if (!isObject(value)) return typeof value === 'string' ? unmarkText(value, character, false) : value;
  const entries = Object.entries(value).map(([key, one]) => [
    unmarkText(key, character, false),
    typeof one === 'string' ? unmarkText(one, character, isMarkedUp(key, value)) : unmark(one, character, isMarkedUp),
  ]);
  return Object.fromEntries(entries) as JsonObject;
}

function unmarkText(text: string, character: Unmark, isMarkedUp: boolean): string {
  return text.replaceAll(anyMark, (mark) => character(mark, isMarkedUp));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects of an array, or none where it is not one. */
export function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
