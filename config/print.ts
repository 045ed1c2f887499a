import bytes from 'bytes';
import { stringify } from 'yaml';
import type { z } from 'zod';
import { isMadeByWaybill } from './installation-secret.ts';
import { configSchema } from './schema.ts';
import { isSecretRef, mask, type SecretRef } from './secret-ref.ts';
import { kindOf, suffixOf } from './setting.ts';
import { childOf, keysOf } from './shape.ts';
import type { Config } from './types.ts';

/** What is in force, every default included, under the names of the file. A secret shows as its source or masked. */
export function effectiveSettings(config: Config): Readonly<Record<string, unknown>> {
  return written(configSchema, config) as Readonly<Record<string, unknown>>;
}

/** `effectiveSettings` as YAML that can be loaded again, but for secrets that stand in the file itself. */
export function printConfig(config: Config): string {
  return stringify(effectiveSettings(config), { lineWidth: 120 });
}

function written(schema: z.ZodType, value: unknown): unknown {
  if (isSecretRef(value)) return secretText(value);
  if (typeof value === 'number') return withUnit(kindOf(schema), value);
  if (Array.isArray(value)) return value.map((item, index) => written(childOf(schema, index) ?? schema, item));
  if (typeof value !== 'object' || value === null) return value;
  const values = value as Record<string, unknown>;
  const keys = keysOf(schema);
  const isSection = Object.keys(keys).length > 0;
  const entries = isSection
    ? Object.entries(keys).map(([key, inner]) => [key, inner, values[key + suffixOf(inner)]] as const)
    : Object.entries(values).map(([key, inner]) => [key, childOf(schema, key) ?? schema, inner] as const);
  return Object.fromEntries(
    entries.filter(([, , inner]) => isShown(inner)).map(([key, inner, item]) => [key, written(inner, item)]),
  );
}

function isShown(value: unknown): boolean {
  return value !== undefined && !(isSecretRef(value) && isMadeByWaybill(value));
}

function secretText(ref: SecretRef): string {
  const source = ref.describe();
  return source.startsWith('${') ? source : mask;
}

const durationUnits = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

function withUnit(kind: string | undefined, value: number): string | number {
  if (value === 0) return 0;
  if (kind === 'size') return bytes.format(value, { decimalPlaces: 6 }) ?? value;
  if (kind !== 'duration') return value;
  const unit = durationUnits.find(([, length]) => value % length === 0);
  return unit === undefined ? `${value}ms` : `${value / unit[1]}${unit[0]}`;
}
