import { badRequest } from './refusal.ts';

/** Comparison operators of the filter grammar ("QRS facts, section 4"). */
export type FilterOperator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'sw' | 'ew' | 'so';

/** A literal as written: quoted text, or a bare word (GUID, number, true, enumeration name). */
export interface FilterLiteral {
  quoted: boolean;
  text: string;
}

/** A parsed filter. */
export type Filter =
  | { type: 'compare'; path: string; operator: FilterOperator; literal: FilterLiteral }
  | { type: 'and' | 'or'; left: Filter; right: Filter };

interface Token {
  kind: 'word' | 'text' | '(' | ')';
  text: string;
}

const operators = new Set(['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sw', 'ew', 'so']);
const pattern = /\s*(?:(?<paren>[()])|'(?<text>(?:[^'\\]|\\.)*)'|(?<word>[^\s()'"\\]+))/suy;

/**
 * The filter as a tree. Strings in single quotes with backslash escapes; `''` and double quotes are refused.
 * @throws QrsRefusal 400 `Invalid expression` for empty parentheses, `Cannot parse the expression: …` else.
 */
export function parseFilter(source: string): Filter {
  const refuse = (): never => {
    throw badRequest(`Cannot parse the expression: ${source}`);
  };
  const tokens = tokenize(source) ?? refuse();
  if (tokens.some((token, at) => token.kind === '(' && tokens[at + 1]?.kind === ')'))
    throw badRequest('Invalid expression');
  let at = 0;

  const primary = (): Filter => {
    const first = tokens[at++] ?? refuse();
    if (first.kind === '(') {
      const inner = alternatives();
      return tokens[at++]?.kind === ')' ? inner : refuse();
    }
    const operator = tokens[at++];
    const literal = tokens[at++];
    if (first.kind !== 'word' || operator?.kind !== 'word' || !operators.has(operator.text.toLowerCase()))
      return refuse();
    if (literal === undefined || (literal.kind !== 'word' && literal.kind !== 'text')) return refuse();
    return {
      type: 'compare',
      path: first.text,
      operator: operator.text.toLowerCase() as FilterOperator,
      literal: { quoted: literal.kind === 'text', text: literal.text },
    };
  };
  const chain = (type: 'and' | 'or', next: () => Filter): Filter => {
    let left = next();
    while (tokens[at]?.kind === 'word' && tokens[at]?.text.toLowerCase() === type) {
      at += 1;
      left = { type, left, right: next() };
    }
    return left;
  };
  const alternatives = (): Filter => chain('or', () => chain('and', primary));

  const filter = alternatives();
  return at === tokens.length ? filter : refuse();
}

function tokenize(source: string): Token[] | undefined {
  const tokens: Token[] = [];
  const end = source.trimEnd().length;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const groups = pattern.exec(source)?.groups;
    if (groups === undefined) return undefined;
    const previous = tokens.at(-1);
    if (groups['paren'] !== undefined) tokens.push({ kind: groups['paren'] as '(' | ')', text: groups['paren'] });
    else if (groups['text'] !== undefined) {
      if (previous?.kind === 'text' && source[from] === "'") return undefined;
      tokens.push({ kind: 'text', text: groups['text'].replaceAll(/\\(.)/gsu, '$1') });
    } else tokens.push({ kind: 'word', text: groups['word'] ?? '' });
  }
  return tokens;
}
