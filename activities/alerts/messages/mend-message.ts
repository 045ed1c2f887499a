import { isObject, type JsonObject } from './json-template.ts';

/** What a message of a user's template is mended by before it is looked at; undefined leaves a part out. */
export type Mend = (part: JsonObject) => JsonObject | undefined;

/** The message with every object in it mended, inner ones first. */
export function mended(message: JsonObject, mend: Mend): JsonObject {
  const entries = Object.entries(message).map(([key, value]) => [key, mendedValue(value, mend)] as const);
  return Object.fromEntries(entries.filter(([key, value]) => value !== undefined || message[key] === undefined));
}

function mendedValue(value: unknown, mend: Mend): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => mendedValue(one, mend)).filter((one) => one !== undefined);
  }
  return isObject(value) ? mend(mended(value, mend)) : value;
}

/** An address that is not configured makes no button, and must not cost the message. */
export function isUsableAddress(url: unknown): boolean {
  return typeof url === 'string' && url.length <= 3000 && URL.canParse(url);
}
