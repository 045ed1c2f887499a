import parseDuration from 'ms';
import { z } from 'zod';

const KIB = 1024;
const MIB = 1024 * KIB;
const LAST_PORT = 65_535;

/** Where a secret is to be read; it never stands in the settings themselves. */
export const secret = z.union(
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

/** Something to publish to: no wildcards. */
const topic = z.string().regex(/^[^+#\0]+$/, 'expected a topic, without + and #');

const tenant = z
  .strictObject({
    id: z.string().regex(/^[\w-]{1,128}$/, 'expected the id of a tenant: letters, digits, - and _'),
    secrets: z.array(secret).max(2).default([]),
    allowUnsigned: z.boolean().default(false),
    legacyTopic: topic.optional(),
  })
  .refine(({ secrets, allowUnsigned }) => secrets.length > 0 || allowUnsigned, {
    message: 'a tenant needs secrets; allowUnsigned: true does without, and lets anybody send events',
  });

const SHORTEST_KEEP_ALIVE_MS = 1000;
/** Azure Event Grid takes no longer one; where there is none, a connection that died is never noticed. */
const LONGEST_KEEP_ALIVE_MS = 1_160_000;

const broker = z
  .strictObject({
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
    keepAlive: duration('60s').refine(
      (ms) => ms >= SHORTEST_KEEP_ALIVE_MS && ms <= LONGEST_KEEP_ALIVE_MS,
      'expected a duration from 1s to 1160s',
    ),
    connectTimeout: duration('10s'),
    publishTimeout: duration('5s'),
    reconnectEvery: duration('2s'),
  })
  .refine(({ clientCertificate, clientKey }) => (clientCertificate === undefined) === (clientKey === undefined), {
    message: 'clientCertificate and clientKey come together',
  })
  .refine(({ username, password }) => password === undefined || username !== undefined, {
    message: 'a password needs a username',
  });

/** The file of settings, before secrets are read. */
export const settingsSchema = z
  .strictObject({
    listen: z
      .strictObject({
        host: z.string().min(1).default('127.0.0.1'),
        port: z.number().int().min(0).max(LAST_PORT).default(8080),
      })
      .prefault({}),
    path: z
      .string()
      .regex(/^\/[\w./-]*$/)
      .default('/events'),
    broker,
    topic: topic.default('qscloud/app/reload'),
    routes: z.record(z.string(), topic).default({}),
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
    tenants: z
      .array(tenant)
      .min(1)
      .refine((tenants) => new Set(tenants.map(({ id }) => id)).size === tenants.length, 'a tenant is listed twice'),
    logLevel: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  })
  .refine(
    ({ topic, routes, tenants }) =>
      !tenants.some(({ legacyTopic }) => [topic, ...Object.values(routes)].includes(legacyTopic ?? '')),
    { message: 'legacyTopic has to be a topic of its own: one reader would get both shapes', path: ['tenants'] },
  );
