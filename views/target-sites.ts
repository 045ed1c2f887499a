/** The sites that a decision goes to, each once, in the order in which they were asked for. */
export function targetSitesOf({ targets }: { readonly targets: readonly { readonly site: string }[] }): string[] {
  return [...new Set(targets.map(({ site }) => site))];
}
