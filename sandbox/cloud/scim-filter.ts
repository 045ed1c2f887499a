/** A comparison of an attribute with a value. */
interface Comparison {
  attribute: string;
  operator: string;
  value: string;
}

type Expression =
  | { type: 'compare'; comparison: Comparison }
  | { type: 'and' | 'or'; left: Expression; right: Expression }
  | { type: 'not'; inner: Expression };

/** Which operators each attribute may have. */
export type FilterAttributes = Readonly<Record<string, readonly string[]>>;

/** Whether a thing with these attributes is meant. */
export type ScimFilter = (attributeOf: (name: string) => string | undefined) => boolean;

/** A filter that cannot be read, or names what it must not. */
export class ScimError extends Error {}

const tokenPattern = /\s*(?:(?<quoted>"(?:[^"\\]|\\.)*")|(?<bracket>[()])|(?<word>[^\s()"]+))/uy;

/**
 * Reads a filter of RFC 7644 section 3.4.2.2, as far as Qlik Cloud has it: comparisons, and, or, not, brackets.
 * @throws ScimError for what is no filter, and for attributes and operators that are not allowed.
 */
export function parseScim(text: string, allowed: FilterAttributes): ScimFilter {
  const tokens = tokensOf(text);
  const reader = { tokens, at: 0, allowed };
  const expression = readOr(reader);
  if (reader.at < tokens.length) throw new ScimError(`'${tokens[reader.at]}' is not expected`);
  return (attributeOf) => matches(expression, attributeOf);
}

interface Reader {
  tokens: readonly string[];
  at: number;
  allowed: FilterAttributes;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const rest = text.trimEnd();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < rest.length) {
    const found = tokenPattern.exec(rest);
    if (found === null) throw new ScimError('a quotation mark is not closed');
    tokens.push(found[0].trim());
  }
  return tokens;
}

function readOr(reader: Reader): Expression {
  let left = readAnd(reader);
  while (takeWord(reader, 'or')) left = { type: 'or', left, right: readAnd(reader) };
  return left;
}

function readAnd(reader: Reader): Expression {
  let left = readUnit(reader);
  while (takeWord(reader, 'and')) left = { type: 'and', left, right: readUnit(reader) };
  return left;
}

function readUnit(reader: Reader): Expression {
  if (takeWord(reader, 'not')) return { type: 'not', inner: readUnit(reader) };
  if (takeWord(reader, '(')) {
    const inner = readOr(reader);
    if (!takeWord(reader, ')')) throw new ScimError('a bracket is not closed');
    return inner;
  }
  const [attribute = '', operatorWord = '', quoted = ''] = reader.tokens.slice(reader.at, reader.at + 3);
  reader.at += 3;
  const operator = operatorWord.toLowerCase();
  const operators = reader.allowed[attribute];
  if (operators === undefined) throw new ScimError(`attribute '${attribute}' is not supported`);
  if (!operators.includes(operator)) throw new ScimError(`operator '${operatorWord}' is not supported`);
  return { type: 'compare', comparison: { attribute, operator, value: valueOf(quoted) } };
}

function valueOf(token: string): string {
  if (token === 'true' || token === 'false') return token;
  if (!token.startsWith('"')) throw new ScimError(`value '${token}' is not in quotation marks`);
  return JSON.parse(token) as string;
}

function takeWord(reader: Reader, word: string): boolean {
  if (reader.tokens[reader.at]?.toLowerCase() !== word) return false;
  reader.at += 1;
  return true;
}

function matches(expression: Expression, attributeOf: (name: string) => string | undefined): boolean {
  switch (expression.type) {
    case 'and':
      return matches(expression.left, attributeOf) && matches(expression.right, attributeOf);
    case 'or':
      return matches(expression.left, attributeOf) || matches(expression.right, attributeOf);
    case 'not':
      return !matches(expression.inner, attributeOf);
    case 'compare':
      return compares(expression.comparison, attributeOf(expression.comparison.attribute));
  }
}

function compares({ operator, value }: Comparison, actual: string | undefined): boolean {
  if (operator === 'eq') return actual === value;
  if (operator === 'ne') return actual !== value;
  const difference = Date.parse(actual ?? '') - Date.parse(value);
  if (operator === 'gt') return difference > 0;
  if (operator === 'ge') return difference >= 0;
  return operator === 'lt' ? difference < 0 : difference <= 0;
}
