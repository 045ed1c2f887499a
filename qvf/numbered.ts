/** Values by their key and a number: the first with a key has 1, the next 2. */
export function numbered<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, T> {
  const counts = new Map<string, number>();
  const found = new Map<string, T>();
  for (const value of values) {
    const key = keyOf(value);
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    found.set(`${key}\t${number}`, value);
  }
  return found;
}
