import { readFileSync } from 'node:fs';
import mqtt, { type IClientOptions, type IConnackPacket } from 'mqtt';
import { InFlight } from './in-flight.ts';
import { createPublisher } from './publish.ts';
import type { GatewaySettings } from './settings.ts';

export type BrokerSettings = GatewaySettings['broker'];

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
   * @throws RefusedForGoodError where the broker will never take this message; Error where there is no connection, no
   * confirmation in time, or one that says no
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
  const inFlight = new InFlight();
  const state = { isConnected: false, maxPacketBytes: Number.POSITIVE_INFINITY };
  const listeners: (() => void)[] = [];
  let hasConnected = false;
  /** Of the last attempt; told once, however often it fails in the same way. */
  let failure = '';
  let isOfNetwork = false;
  client.on('connect', ({ properties }: IConnackPacket) => {
    hasConnected = true;
    failure = '';
    state.isConnected = true;
    state.maxPacketBytes = properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
    inFlight.most = properties?.receiveMaximum ?? MOST_IN_FLIGHT;
    events.connected(client.options.protocolVersion === VERSION_5 ? 'MQTT 5' : 'MQTT 3.1.1');
    for (const listener of listeners) listener();
  });
  client.on('error', (error) => {
    const { code } = error as { code?: string | number };
    isOfNetwork = typeof code === 'string' && code !== 'ECONNRESET';
    const reason = error.message || String(code);
    if (reason !== failure) events.failed(reason);
    failure = reason;
  });
  client.on('close', () => {
    if (state.isConnected) events.lost();
    state.isConnected = false;
    // Brokers that do not know MQTT 5 answer it in several ways, or not at all; one that is not there says nothing.
    if (!hasConnected && !isOfNetwork && settings.protocol === 'auto') tryOther(client.options);
    isOfNetwork = false;
  });
  return {
    get isConnected() {
      return state.isConnected;
    },
    publish: createPublisher({ client, inFlight, state, timeoutMs: settings.publishTimeout }),
    onConnect: (listener) => void listeners.push(listener),
    close: () => client.endAsync(true),
  };
}

/** What a broker of MQTT 5 is to take at a time if it says nothing; one of 3.1.1 has no way to say. */
const MOST_IN_FLIGHT = 65_535;

function tryOther(options: IClientOptions): void {
  options.protocolVersion = options.protocolVersion === VERSION_5 ? VERSION_3_1_1 : VERSION_5;
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
