import { readFileSync } from 'node:fs';
import path from 'node:path';
import parseDuration from 'ms';
import { parse } from 'yaml';
import { z } from 'zod';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Where a secret is to be read; it never stands in the settings themselves. */
const secret = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  'expected { env: NAME } or { file: path }: a secret does not stand in the settings',
);

/** Milliseconds; written as `10s` or as a number of milliseconds. */
const duration = (fallback: string) =>
  z
    .union([z.number(), z.string()])
    .default(fallback)
    .transform((value, context) => {
      const ms = typeof value === 'number' ? value : parseDuration(value as parseDuration.StringValue);
      if (Number.isFinite(ms) && ms >= 0) return ms;
      context.addIssue({ code: 'custom', message: 'expected a duration such as 10s' });
      return z.NEVER;
    });

const headerRules = z
  .strictObject({
    contentType: z.string().optional(),
    userAgent: z.string().optional(),
    custom: z.record(z.string(), secret).optional(),
    forwardedProto: z.string().optional(),
    tlsVersion: z.strictObject({ header: z.string(), allowed: z.array(z.string()).min(1) }).optional(),
    noQuery: z.boolean().default(false),
  })
  .prefault({});

const tenant = z
  .strictObject({
    id: z.string().regex(/^[\w-]{1,128}$/, 'expected the id of a tenant: letters, digits, - and _'),
    secrets: z.array(secret).max(2).default([]),
    allowUnsigned: z.boolean().default(false),
  })
  .refine(({ secrets, allowUnsigned }) => secrets.length > 0 || allowUnsigned, {
    message: 'a tenant needs secrets; allowUnsigned: true does without, and lets anybody send events',
  });

const schema = z.strictObject({
  listen: z.strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int().default(8080) }).prefault({}),
  path: z
    .string()
    .regex(/^\/[\w./-]*$/)
    .default('/events'),
  broker: z.strictObject({
    url: z
      .string()
      .regex(/^(mqtts?|wss?|ssl|tls|tcp):\/\//, 'expected an address such as mqtts://broker.company.example'),
    clientId: z.string().default('waybill-gateway'),
    username: z.string().optional(),
    password: secret.optional(),
    certificateAuthority: z.string().optional(),
    clientCertificate: z.string().optional(),
    clientKey: z.string().optional(),
    serverName: z.string().optional(),
    protocol: z.enum(['auto', '5', '3.1.1']).default('auto'),
    keepAlive: duration('60s'),
    connectTimeout: duration('10s'),
    publishTimeout: duration('5s'),
    reconnectEvery: duration('2s'),
  }),
  topic: z.string().default('qscloud/app/reload'),
  routes: z.record(z.string(), z.string()).default({}),
  spool: z
    .strictObject({
      folder: z.string(),
      maxEvents: z.number().int().positive().default(10_000),
      maxBytes: z
        .number()
        .int()
        .positive()
        .default(100 * MIB),
    })
    .optional(),
  limits: z
    .strictObject({
      bodyBytes: z
        .number()
        .int()
        .positive()
        .default(256 * KIB),
      depth: z.number().int().positive().default(32),
      retryAfter: duration('30s'),
    })
    .prefault({}),
  headers: headerRules,
  tenants: z.array(tenant).min(1),
  logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
});

type Parsed = z.output<typeof schema>;

/** Which headers a request has to bear; what is not set is not looked at. */
export type HeaderRules = Omit<Parsed['headers'], 'custom'> & { readonly custom?: Readonly<Record<string, string>> };

/** One tenant whose events are taken. */
export interface TenantSettings {
  readonly id: string;
  /** In the order of the settings; several are valid at once while a secret is exchanged. Empty: events are not signed. */
  readonly secrets: readonly string[];
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

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where relative paths and secrets are taken from. */
export interface Surroundings {
  readonly folder: string;
  readonly env: Environment;
}

/** Settings from YAML, complete, with secrets and certificates read. @throws SettingsError with every problem */
export function readSettings(yaml: string, { folder, env }: Surroundings): GatewaySettings {
  const { data, error } = schema.safeParse(parseYaml(yaml));
  if (!data)
    throw new SettingsError(error.issues.map(({ path: at, message }) => `${at.join('.') || 'file'}: ${message}`));
  const problems: string[] = [];
  const resolve = (value: z.output<typeof secret>, setting: string): string => {
    const text = 'env' in value ? env[value.env] : fileText(path.resolve(folder, value.file));
    if (!text) problems.push(`${setting}: ${'env' in value ? value.env : value.file} has no value`);
    return text?.trim() ?? '';
  };
  const { password, ...broker } = data.broker;
  const { custom, ...rules } = data.headers;
  const settings: GatewaySettings = {
    ...data,
    broker: { ...broker, ...(password && { password: resolve(password, 'broker.password') }) },
    headers: {
      ...rules,
      ...(custom && {
        custom: Object.fromEntries(
          Object.entries(custom).map(([name, value]) => [name, resolve(value, `headers.custom.${name}`)]),
        ),
      }),
    },
    tenants: data.tenants.map(({ id, secrets }, index) => ({
      id,
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
