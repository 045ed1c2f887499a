import { valueAt, withValueAt } from './findings.ts';
import type { SettingPath } from './problem.ts';
import { configSchema, type ParsedConfig } from './schema.ts';
import { secretRef } from './secret-ref.ts';

/**
 * The configuration as if everything that is wrong were not set, so that the rest can still be held against each other
 * and all problems are told at once. Undefined where too little remains. Never to be used but for that.
 */
export function dataWithoutWrong(value: unknown): ParsedConfig | undefined {
  let rest = value;
  for (let round = 0; round < 4; round += 1) {
    const result = configSchema.safeParse(rest);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      for (const path of paths) rest = mend(rest, path);
    }
  }
  return undefined;
}

/** A wrong setting is taken out; of a site or a tenant that lacks a required one a stand-in stays, for others refer to it. */
function mend(value: unknown, path: SettingPath): unknown {
  if (valueAt(value, path) !== undefined) return without(value, path);
  const [group, second, third] = path;
  if (group === 'sites' && second !== undefined) {
    return withValueAt(value, ['sites', second], { hosts: [`${String(second)}.invalid`], certificates: '.' });
  }
  if (group === 'alerts' && second === 'tenants' && third !== undefined) {
    const host = `${String(third)}.invalid`;
    return withValueAt(value, path.slice(0, 3), {
      id: host,
      url: `https://${host}`,
      apiKey: secretRef('stand-in', '.', {}),
    });
  }
  return without(value, path.slice(0, -1));
}

/** A copy in which the setting at the path is not set. */
function without(value: unknown, path: SettingPath): unknown {
  const [key, ...deeper] = path;
  if (key === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      index === key ? (deeper.length > 0 ? [without(item, deeper)] : []) : [item],
    );
  }
  const { [key as string]: inner, ...others } = value as Record<string, unknown>;
  return deeper.length === 0 || inner === undefined ? others : { ...others, [key]: without(inner, deeper) };
}
