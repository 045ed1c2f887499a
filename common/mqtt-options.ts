import { readFile } from 'node:fs/promises';
import type { IClientOptions } from 'mqtt';
import { waybillError } from './errors/catalogue.ts';

/** How an MQTT broker is reached; the settings under `alerts.broker` fit. Durations in milliseconds, files absolute. */
export interface BrokerSettings {
  readonly url: string;
  readonly login?: { readonly user: string; readonly password?: { resolve(): Promise<string> } };
  readonly ca?: string;
  readonly client?: { readonly certificate: string; readonly key: string };
  readonly serverName?: string;
  readonly protocol: 'auto' | '5' | '3.1.1';
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
}

/** A session that outlives the process. */
export interface SessionSettings extends BrokerSettings {
  readonly clientId: string;
  readonly sessionExpiryMs: number;
  readonly inFlight: number;
}

export const MQTT_5 = 5;
export const MQTT_3_1_1 = 4;
const SECOND_MS = 1000;

/**
 * How a persistent session is opened: the broker keeps what comes while nobody listens (Qlik Cloud facts, section 5).
 * @throws as `connectOptions`
 */
export async function sessionOptions(broker: SessionSettings): Promise<IClientOptions> {
  return {
    ...(await connectOptions(broker)),
    clientId: broker.clientId,
    clean: false,
    // Connecting again is left to the caller: a connection that was dropped on purpose waits for something first.
    reconnectPeriod: 0,
    resubscribe: false,
    properties: {
      sessionExpiryInterval: Math.ceil(broker.sessionExpiryMs / SECOND_MS),
      receiveMaximum: broker.inFlight,
    },
  };
}

/**
 * How a connection is made, with certificates verified; secrets and files are read now.
 * @throws WAYBILL_ALERT_BROKER, WAYBILL_CONFIG_SECRET_MISSING
 */
export async function connectOptions(broker: BrokerSettings): Promise<IClientOptions> {
  const { login, ca, client, serverName, protocol } = broker;
  const read = (file: string, setting: string) => readPem(broker, file, setting);
  return {
    protocolVersion: protocol === '3.1.1' ? MQTT_3_1_1 : MQTT_5,
    keepalive: Math.max(1, Math.ceil(broker.keepAliveMs / SECOND_MS)),
    connectTimeout: broker.connectTimeoutMs,
    rejectUnauthorized: true,
    ...(login && { username: login.user }),
    ...(login?.password && { password: await login.password.resolve() }),
    ...(ca && { ca: await read(ca, 'alerts.broker.ca') }),
    ...(client && { cert: await read(client.certificate, 'alerts.broker.client.certificate') }),
    ...(client && { key: await read(client.key, 'alerts.broker.client.key') }),
    ...(serverName && { servername: serverName }),
  };
}

async function readPem(broker: BrokerSettings, file: string, setting: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = `${setting} (${file}) cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`;
    throw waybillError('WAYBILL_ALERT_BROKER', { broker: broker.url, reason }, { cause: error });
  }
}

/** The topics to subscribe to; a shared group has each event go to one of its members. */
export function topicFilter({ topic, sharedGroup }: { topic: string; sharedGroup?: string }): string {
  return sharedGroup === undefined ? topic : `$share/${sharedGroup}/${topic}`;
}
