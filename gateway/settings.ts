import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { type secret, settingsSchema } from './settings-schema.ts';

type Parsed = z.output<typeof settingsSchema>;

/** Which headers a request has to bear; what is not set is not looked at. */
export type HeaderRules = Omit<Parsed['headers'], 'custom'> & { readonly custom?: Readonly<Record<string, string>> };

/** One tenant whose events are taken. */
export interface TenantSettings {
  readonly id: string;
  /** In the order of the settings; several are valid at once while a secret is exchanged. Empty: events are not signed. */
  readonly secrets: readonly string[];
  /** Where events of reloads are published once more, in the shape of until November 2025. */
  readonly legacyTopic?: string;
}

/** The settings of a gateway, with every secret read. Times in milliseconds, sizes in bytes. */
export type GatewaySettings = Omit<Parsed, 'tenants' | 'broker' | 'headers'> & {
  readonly tenants: readonly TenantSettings[];
  readonly broker: Omit<Parsed['broker'], 'password'> & { readonly password?: string };
  readonly headers: HeaderRules;
};

/** What is wrong with the settings, all of it, in words that name each setting. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The settings of the gateway are not right:\n${problems.map((one) => `  ${one}`).join('\n')}`);
    this.problems = problems;
  }
}

/** The file of the settings is not there, or not to be read. */
export class SettingsFileError extends Error {
  override readonly name = 'SettingsFileError';
  readonly reason: string;

  constructor(file: string, cause: NodeJS.ErrnoException) {
    const reason = cause.code === 'ENOENT' ? 'it does not exist' : (cause.code ?? cause.message);
    super(`The settings of the gateway in ${file} cannot be read: ${reason}.`, { cause });
    this.reason = reason;
  }
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where relative paths and secrets are taken from. */
export interface Surroundings {
  readonly folder: string;
  readonly env: Environment;
}

const certificateFiles = ['certificateAuthority', 'clientCertificate', 'clientKey'] as const;

/** Settings from a file; paths are relative to it. @throws SettingsFileError, SettingsError with every problem */
export function readSettingsFile(file: string, env: Environment): GatewaySettings {
  let yaml: string;
  try {
    yaml = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsFileError(file, error as NodeJS.ErrnoException);
  }
  return readSettings(yaml, { folder: path.dirname(path.resolve(file)), env });
}

/** Settings from YAML, complete, with secrets read and paths absolute. @throws SettingsError with every problem */
export function readSettings(yaml: string, { folder, env }: Surroundings): GatewaySettings {
  const { data, error } = settingsSchema.safeParse(parseYaml(yaml));
  if (!data)
    throw new SettingsError(error.issues.map(({ path: at, message }) => `${at.join('.') || 'file'}: ${message}`));
  const problems: string[] = [];
  const resolve = (value: z.output<typeof secret>, setting: string): string => {
    const text = ('env' in value ? env[value.env] : fileText(path.resolve(folder, value.file)))?.trim() ?? '';
    // Whoever knows that a secret is empty can sign with it.
    if (text === '') problems.push(`${setting}: ${'env' in value ? value.env : value.file} has no value`);
    return text;
  };
  const files = certificateFiles.flatMap((name) => {
    const file = data.broker[name];
    if (file === undefined) return [];
    const absolute = path.resolve(folder, file);
    if (!fileText(absolute)) problems.push(`broker.${name}: ${file} cannot be read`);
    return [[name, absolute] as const];
  });
  const { password, ...broker } = data.broker;
  const { custom, ...rules } = data.headers;
  const settings: GatewaySettings = {
    ...data,
    broker: {
      ...broker,
      ...Object.fromEntries(files),
      ...(password && { password: resolve(password, 'broker.password') }),
    },
    headers: {
      ...rules,
      ...(custom && {
        custom: Object.fromEntries(
          Object.entries(custom).map(([name, value]) => [name, resolve(value, `headers.custom.${name}`)]),
        ),
      }),
    },
    tenants: data.tenants.map(({ id, secrets, legacyTopic }, index) => ({
      id,
      ...(legacyTopic !== undefined && { legacyTopic }),
      secrets: secrets.map((one, nth) => resolve(one, `tenants.${index}.secrets.${nth}`)),
    })),
    ...(data.spool && { spool: { ...data.spool, folder: path.resolve(folder, data.spool.folder) } }),
  };
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

function parseYaml(yaml: string): unknown {
  try {
    return parse(yaml) as unknown;
  } catch (error) {
    throw new SettingsError([(error as Error).message]);
  }
}

function fileText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
