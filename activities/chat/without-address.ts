import { entities } from '../../common/entities.ts';

const MASK = '********';
/** Shorter parts are no secrets, and would mask half an answer. */
const SHORTEST_SECRET = 6;

/**
 * An answer without what the address of a webhook keeps secret: web servers like to repeat the path that they do not know,
 * and services the signature that they do not accept. Masked are path and query as a whole, and each part of the path and
 * each value of the query by itself, however the answer writes them: escaped for an address, for JSON or for a page, or not
 * at all. Pure.
 */
export function withoutAddress(url: string, text: string): string {
  if (!URL.canParse(url)) return text;
  const { pathname, search, username, password } = new URL(url);
  const single = [...pathname.split('/'), ...valuesOf(search), username, password];
  const whole = [`${pathname}${search}`, pathname, search].filter((part) => part.length > 1);
  const parts = [...whole, ...single.filter((part) => decoded(part).length >= SHORTEST_SECRET)];
  return parts
    .toSorted((one, other) => other.length - one.length)
    .flatMap((part) => [...new Set([part, decoded(part), withBlanks(part), withBlanks(decoded(part))])])
    .reduce((masked, part) => masked.replaceAll(anyForm(part), MASK), text);
}

/** As they stand in the address. */
function valuesOf(search: string): string[] {
  return search
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
}

/** What is no escape stays as it is. */
function decoded(part: string): string {
  return part.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

/** As what reads a query like a form has it. */
function withBlanks(part: string): string {
  return decoded(part.replaceAll('+', ' '));
}

/** Finds a text however its special characters are escaped. */
function anyForm(text: string): RegExp {
  return new RegExp(text.replaceAll(/./gsu, anyFormOf), 'giu');
}

function anyFormOf(character: string): string {
  if (/[a-z0-9]/i.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const percent = [...Buffer.from(character)].map((byte) => `%(?:25)*${byte.toString(16).padStart(2, '0')}`).join('');
  const entity = entities[character];
  const forms = [percent, `&#0*${code};`, `&#x0*${hex};`, ...(entity ? [entity] : [])];
  if (code <= 0xff_ff) forms.push(String.raw`\\u${hex.padStart(4, '0')}`);
  return String.raw`(?:${forms.join('|')}|\\?${RegExp.escape(character)})`;
}
