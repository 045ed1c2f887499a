/** The target that a record belongs to; undefined for the promotion's own. */
export function targetOf(seq: string): string | undefined {
  const [kind, target] = seq.split('/');
  if (kind !== 'deliver' && kind !== 'trouble' && kind !== 'trouble-over') return undefined;
  return target === 'source' ? undefined : target;
}
