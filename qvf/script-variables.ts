const ASSIGNMENT = /^[ \t]*(?:set|let)[ \t]+(\[[^\]\n]{1,200}\]|"[^"\n]{1,200}"|[^\s=;]{1,200})[ \t]*=/gimu;

/**
 * Names of the variables that a script sets with SET or LET at the beginning of a line. One that is set elsewhere, or
 * by a file that the script includes, is not found.
 */
export function variablesSetBy(script: string, count: (names: number) => void): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, name = ''] of script.matchAll(ASSIGNMENT)) {
    count(1);
    names.add(name.replace(/^[["](.*)[\]"]$/u, '$1'));
  }
  return names;
}
