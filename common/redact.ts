const mask = '********';
const deepest = 8;

/** Names under which no value is ever logged, whatever it is. */
const secretNames =
  /pass(word|phrase)?$|secret|token|authorization|cookie|api-?key|private-?key|client_key|connectionstring|^pem$/i;

/**
 * A copy of the facts of a log line in which everything under a secret's name is masked, however deep it stands. What
 * has a `toJSON` of its own, dates and errors stay as they are.
 */
export function redact(facts: Record<string, unknown>): Record<string, unknown> {
  return copy(facts, new Set(), 0) as Record<string, unknown>;
}

function copy(value: unknown, above: ReadonlySet<unknown>, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error || 'toJSON' in value) return value;
  if (above.has(value) || depth > deepest) return '…';
  const inside = new Set([...above, value]);
  if (Array.isArray(value)) return value.map((item) => copy(item, inside, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    isSecret(name, item) ? mask : copy(item, inside, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function isSecret(name: string, value: unknown): boolean {
  return (typeof value === 'string' || Buffer.isBuffer(value)) && secretNames.test(name);
}
