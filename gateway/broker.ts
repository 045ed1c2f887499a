import { readFileSync } from 'node:fs';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { GatewaySettings } from './settings.ts';

type BrokerSettings = GatewaySettings['broker'];

/** What is told of the connection, for the log. */
export interface BrokerEvents {
  connected(protocol: string): void;
  lost(): void;
  failed(reason: string): void;
}

/** One lasting connection to an MQTT broker, made anew for ever when it breaks. */
export interface Broker {
  readonly isConnected: boolean;
  /**
   * Publishes at QoS 1, and ends when the broker has confirmed it. Not safe to repeat without need: what was not
   * confirmed in time may be published all the same.
   * @throws where there is no connection, or no confirmation in time
   */
  publish(topic: string, body: Uint8Array): Promise<void>;
  /** Called whenever a connection stands. */
  onConnect(listener: () => void): void;
  close(): Promise<void>;
}

const VERSION_5 = 5;
const VERSION_3_1_1 = 4;

/** Opens the connection; does not wait for it. @throws where a certificate file cannot be read */
export function openBroker(settings: BrokerSettings, events: BrokerEvents): Broker {
  const client = mqtt.connect(settings.url, optionsOf(settings));
  const listeners: (() => void)[] = [];
  let hasConnected = false;
  client.on('connect', () => {
    hasConnected = true;
    events.connected(client.options.protocolVersion === VERSION_5 ? 'MQTT 5' : 'MQTT 3.1.1');
    for (const listener of listeners) listener();
  });
  client.on('error', (error) => events.failed(error.message || String((error as NodeJS.ErrnoException).code)));
  client.on('close', () => {
    if (hasConnected) return events.lost();
    // Brokers that do not know MQTT 5 answer it in several ways, or not at all.
    if (settings.protocol === 'auto') tryOther(client.options);
  });
  return {
    get isConnected() {
      return client.connected;
    },
    publish: (topic, body) => publish(client, topic, body, settings.publishTimeout),
    onConnect: (listener) => void listeners.push(listener),
    close: () => client.endAsync(true),
  };
}

function tryOther(options: IClientOptions): void {
  options.protocolVersion = options.protocolVersion === VERSION_5 ? VERSION_3_1_1 : VERSION_5;
}

async function publish(client: MqttClient, topic: string, body: Uint8Array, timeoutMs: number): Promise<void> {
  if (!client.connected) throw new Error('there is no connection to the broker');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the broker did not confirm the event in time')), timeoutMs);
  });
  try {
    await Promise.race([client.publishAsync(topic, Buffer.from(body), { qos: 1 }), late]);
  } finally {
    clearTimeout(timer);
  }
}

function optionsOf(settings: BrokerSettings): IClientOptions {
  const { certificateAuthority, clientCertificate, clientKey, serverName, username, password } = settings;
  return {
    clientId: settings.clientId,
    protocolVersion: settings.protocol === '3.1.1' ? VERSION_3_1_1 : VERSION_5,
    // Nothing is kept for a publisher: what was not confirmed stands in the spool, or at Qlik Cloud.
    clean: true,
    keepalive: Math.ceil(settings.keepAlive / 1000),
    connectTimeout: settings.connectTimeout,
    reconnectPeriod: settings.reconnectEvery,
    reconnectOnConnackError: true,
    queueQoSZero: false,
    rejectUnauthorized: true,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(certificateAuthority && { ca: readFileSync(certificateAuthority) }),
    ...(clientCertificate && { cert: readFileSync(clientCertificate) }),
    ...(clientKey && { key: readFileSync(clientKey) }),
    ...(serverName && { servername: serverName }),
  };
}
