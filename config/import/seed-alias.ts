const longest = 31;

/**
 * A valid alias as near as possible to what was written, in small letters, that is not taken yet. What holds nothing
 * that an alias may hold becomes `target`.
 */
export function aliasFor(written: string, taken: { has(alias: string): boolean }): string {
  const plain = written
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const wanted = plain === '' ? 'target' : plain.slice(0, longest);
  let alias = wanted;
  for (let number = 2; taken.has(alias); number += 1) {
    const ending = `-${number}`;
    alias = wanted.slice(0, longest - ending.length) + ending;
  }
  return alias;
}
