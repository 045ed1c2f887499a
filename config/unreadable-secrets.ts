import { isWaybillError } from '../common/errors/waybill-error.ts';
import { isMadeByWaybill } from './installation-secret.ts';
import { isSecretRef, type SecretRef } from './secret-ref.ts';
import type { Config } from './types.ts';

/** Tries every secret that somebody set; gives one line for each that cannot be read, and never its text. */
export async function unreadableSecrets(config: Config): Promise<string[]> {
  const lines = await Promise.all(
    secretsIn(config, '').map(async ([path, ref]) => {
      try {
        await ref.resolve();
        return [];
      } catch (error) {
        return [`${path}: ${isWaybillError(error) ? error.message : 'it cannot be read'}`];
      }
    }),
  );
  return lines.flat();
}

type Found = readonly [path: string, ref: SecretRef];

/** Every secret that somebody set, by its setting; `path` is the setting that `value` stands at. */
export function secretsIn(value: unknown, path: string): Found[] {
  if (isSecretRef(value)) return isMadeByWaybill(value) ? [] : [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretsIn(inner, path === '' ? key : `${path}.${key}`));
}
