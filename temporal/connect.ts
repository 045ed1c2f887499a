import { readFile } from 'node:fs/promises';
import { Client, Connection, type ConnectionOptions, isGrpcServiceError } from '@temporalio/client';
import { waybillError } from '../common/errors/catalogue.ts';
import type { WaybillError } from '../common/errors/waybill-error.ts';
import type { Config } from '../config/types.ts';
import { closingInterceptors } from './closing-interceptors.ts';
import { createDataConverter } from './data-converter.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** gRPC: PERMISSION_DENIED, UNAUTHENTICATED. */
const refusedCodes = new Set([7, 16]);

type TemporalOnly = Pick<Config, 'temporal'>;

export interface ConnectOptions {
  readonly config: TemporalOnly;
  /** host:port to use in place of the configured one: that of a development server just started. */
  readonly address?: string;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number;
}

/** What both kinds of connection (client's and worker's) need. */
export interface ConnectionSettings {
  readonly address: string;
  readonly tls?: Exclude<ConnectionOptions['tls'], null>;
  readonly apiKey?: string;
}

/** A client that is connected. `close()` waits for what would otherwise throw after it; safe to repeat. */
export interface TemporalClient {
  readonly client: Client;
  readonly connection: Connection;
  readonly address: string;
  readonly close: () => Promise<void>;
}

/**
 * Connects to the Temporal service of the configuration, or to the development server where none is configured.
 * TLS files and the API key are read at each call.
 * @throws WAYBILL_TEMPORAL_UNREACHABLE (retryable), WAYBILL_TEMPORAL_REFUSED, WAYBILL_TEMPORAL_FILE_UNREADABLE
 * @throws WAYBILL_CONFIG_SECRET_MISSING
 */
export async function connectTemporal(options: ConnectOptions): Promise<TemporalClient> {
  const { temporal } = options.config;
  const settings = await connectionSettings(options.config, options.address);
  const dataConverter = await createDataConverter(temporal.encryption);
  const closing = closingInterceptors();
  const connectTimeout = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS;
  const { interceptors } = closing;
  const connection = Connection.lazy({ ...settings, interceptors, connectTimeout });
  await connection.ensureConnected().catch(async (error: unknown) => {
    // Else the channel would go on trying, and stay in memory, for as long as the process lives.
    await closing.settle();
    await connection.close();
    throw connectError(error, settings.address, temporal.namespace);
  });
  const client = new Client({ connection, namespace: temporal.namespace, dataConverter });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= closing.settle().then(() => connection.close()));
  return { client, connection, address: settings.address, close };
}

/** Where the Temporal service is: as given, as configured, else where `waybill up` runs the development server. */
export function temporalAddress(config: TemporalOnly, given?: string): string {
  const { address, devServer } = config.temporal;
  return given ?? address ?? `${devServer.ip}:${devServer.port}`;
}

/**
 * Address, TLS and API key, the files and the secret read now.
 * @throws WAYBILL_TEMPORAL_FILE_UNREADABLE, WAYBILL_CONFIG_SECRET_MISSING
 */
export async function connectionSettings(config: TemporalOnly, given?: string): Promise<ConnectionSettings> {
  const { tls, apiKey } = config.temporal;
  return {
    address: temporalAddress(config, given),
    tls: tls === undefined ? undefined : await readTls(tls),
    apiKey: await apiKey?.resolve(),
  };
}

async function readTls(tls: NonNullable<TemporalOnly['temporal']['tls']>): Promise<ConnectionOptions['tls'] & object> {
  const ca = await readSetting('temporal.tls.ca', tls.ca);
  const crt = await readSetting('temporal.tls.certificate', tls.certificate);
  const key = await readSetting('temporal.tls.key', tls.key);
  return {
    serverNameOverride: tls.serverName,
    serverRootCACertificate: ca,
    clientCertPair: crt !== undefined && key !== undefined ? { crt, key } : undefined,
  };
}

async function readSetting(setting: string, file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined;
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    const facts = { setting, file, reason: error.code ?? error.message };
    throw waybillError('WAYBILL_TEMPORAL_FILE_UNREADABLE', facts, { cause: error });
  });
}

/** The Waybill error for a connection that could not be made. */
export function connectError(error: unknown, address: string, namespace: string): WaybillError {
  const code = isGrpcServiceError(error) ? error.code : undefined;
  const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
  const refused = code !== undefined && refusedCodes.has(code);
  return waybillError(
    refused ? 'WAYBILL_TEMPORAL_REFUSED' : 'WAYBILL_TEMPORAL_UNREACHABLE',
    { address, namespace, reason },
    { cause: error },
  );
}
