import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient, type Packet } from 'mqtt';
import type { Logger } from '../../common/logger.ts';
import type { AlertsConfig, Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { grpcCodeOf, grpcCodes } from '../../temporal/grpc-codes.ts';
import { openTemporalLink, type TemporalLink } from '../listener/temporal-link.ts';
import { MQTT_5, sessionOptions, topicFilter } from '../../common/mqtt-options.ts';
import { type DeadLetters, openDeadLetters } from './dead-letters.ts';
import { type MqttVersion, nextVersion } from './protocol-choice.ts';
import { type EventFate, takeEvent } from './take-event.ts';

export interface SubscriberOptions {
  readonly config: Config & { readonly alerts: { readonly broker: NonNullable<AlertsConfig['broker']> } };
  readonly ledger: Ledger;
  readonly logger: Logger;
  /** host:port of the Temporal service in place of the configured one. */
  readonly address?: string | undefined;
  /** How often the log tells that it lives, and what it took. Default 10 minutes. */
  readonly statusEveryMs?: number;
}

/** Counts since the start. */
export type SubscriberCounts = Readonly<Record<EventFate, number>>;

export interface RunningSubscriber {
  readonly counts: SubscriberCounts;
  /** Whether a session stands now. */
  readonly isConnected: boolean;
  /** Waits for the first session; false where there is none within that time, in milliseconds. */
  firstSession(withinMs: number): Promise<boolean>;
  /** Ends after the event in hand; the broker keeps what comes then. */
  close(): Promise<void>;
}

/**
 * Takes the events of Qlik Cloud from the broker, over a session that outlives this process. An event is acknowledged
 * once Temporal has accepted what comes of it; while Temporal or the ledger is away nothing is, and the broker delivers
 * it again.
 * @throws WAYBILL_ALERT_BROKER, WAYBILL_CONFIG_SECRET_MISSING where the settings cannot be used
 */
export async function startSubscriber(options: SubscriberOptions): Promise<RunningSubscriber> {
  const { config, logger, address } = options;
  await sessionOptions(config.alerts.broker);
  const link = await openTemporalLink({ config, address, logger, meaning });
  const deadLetters = openDeadLetters(config.alerts.deadLetters, logger);
  return new Subscriber(options, link, deadLetters);
}

const meaning = { away: 'events stay at the broker, which delivers them again', back: 'events are taken' };
const STATUS_EVERY_MS = 600_000;
/** A trouble that goes on is told of once a minute. */
const TELL_AGAIN_MS = 60_000;

class Subscriber implements RunningSubscriber {
  readonly counts = { alerting: 0, recovered: 0, 'nothing-to-do': 0, ignored: 0, 'dead-letter': 0 };
  readonly #options: SubscriberOptions;
  readonly #link: TemporalLink;
  readonly #deadLetters: DeadLetters;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  readonly #first = Promise.withResolvers<boolean>();
  readonly #status: NodeJS.Timeout;
  #client: MqttClient | undefined;
  #version: MqttVersion = MQTT_5;
  #told = { reason: '', atMs: 0 };

  constructor(options: SubscriberOptions, link: TemporalLink, deadLetters: DeadLetters) {
    this.#options = options;
    this.#link = link;
    this.#deadLetters = deadLetters;
    this.#status = setInterval(() => this.#tellStatus(), options.statusEveryMs ?? STATUS_EVERY_MS).unref();
    this.#running = this.#run();
  }

  get isConnected(): boolean {
    return this.#client?.connected === true;
  }

  firstSession(withinMs: number): Promise<boolean> {
    return Promise.race([this.#first.promise, wait(withinMs, false, { ref: false })]);
  }

  async close(): Promise<void> {
    clearInterval(this.#status);
    this.#closing.abort();
    await this.#running;
    await this.#link.close();
  }

  #tellStatus(): void {
    const { config, logger } = this.#options;
    const { isConnected, counts } = this;
    logger.info({ broker: config.alerts.broker.url, isConnected, ...counts }, 'The subscriber lives');
  }

  /** Session after session; each one ends when it breaks, or is dropped to have an event delivered again. */
  async #run(): Promise<void> {
    const { reconnectEveryMs } = this.#options.config.alerts.broker;
    const { signal } = this.#closing;
    const pause = () => wait(reconnectEveryMs, undefined, { signal }).catch(() => undefined);
    while (!signal.aborted) {
      const why = await this.#session().catch((error: unknown) => (error as Error).message);
      if (signal.aborted) return;
      this.#tellTrouble(why);
      await pause();
      while (!signal.aborted && !(await this.#link.isUp())) await pause();
    }
  }

  #tellTrouble(reason: string): void {
    const { config, logger } = this.#options;
    const nowMs = performance.now();
    if (reason === this.#told.reason && nowMs - this.#told.atMs < TELL_AGAIN_MS) return;
    this.#told = { reason, atMs: nowMs };
    const { url } = config.alerts.broker;
    logger.warn({ broker: url, reason }, 'No session at the MQTT broker, which keeps what comes; it is tried again');
  }

  /** One connection until it ends; why it did. */
  async #session(): Promise<string> {
    const { broker } = this.#options.config.alerts;
    const options = await sessionOptions(broker);
    if (broker.protocol === 'auto') options.protocolVersion = this.#version;
    const ended = Promise.withResolvers<{ reason: string; error?: unknown }>();
    const end = (reason: string, error?: unknown): void => ended.resolve({ reason, error });
    const client = mqtt.connect(broker.url, { ...withoutV5(options), manualConnect: true });
    this.#client = client;
    let hasStood = false;
    client.handleMessage = (packet, done) => void this.#take(packet, done, end);
    client.on('connect', ({ sessionPresent }) => {
      hasStood = true;
      void this.#subscribe(client, sessionPresent, end);
    });
    client.on('error', (error) => end(error.message || String((error as NodeJS.ErrnoException).code), error));
    client.on('close', () => end('the connection was closed'));
    const onClosing = (): void => end('asked to end');
    this.#closing.signal.addEventListener('abort', onClosing, { once: true });
    client.connect();
    const { reason, error } = await ended.promise;
    this.#closing.signal.removeEventListener('abort', onClosing);
    if (!hasStood && broker.protocol === 'auto') this.#version = nextVersion(this.#version, error);
    await client.endAsync(true);
    return reason;
  }

  async #subscribe(client: MqttClient, sessionPresent: boolean, end: (why: string) => void): Promise<void> {
    const { config, logger } = this.#options;
    const { broker } = config.alerts;
    const filter = topicFilter(broker);
    try {
      const [granted] = await client.subscribeAsync(filter, { qos: 1 });
      // 128 and above: refused (MQTT 5, section 3.9.3).
      if (granted === undefined || granted.qos > 2) throw new Error(`the subscription to ${filter} was refused`);
      this.#told = { reason: '', atMs: 0 };
      logger.info({ broker: broker.url, filter, sessionPresent }, 'Events are taken from the MQTT broker');
      this.#first.resolve(true);
    } catch (error) {
      end((error as Error).message);
    }
  }

  /** Acknowledges what was taken; what could not be is delivered again over the next connection. */
  async #take(packet: Packet, done: () => void, end: (why: string) => void): Promise<void> {
    const { config, ledger, logger } = this.#options;
    if (packet.cmd !== 'publish') return done();
    const body = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    try {
      const parts = { config, ledger, link: this.#link, deadLetters: this.#deadLetters, logger };
      const fate = await takeEvent(parts, packet.topic, body);
      this.counts[fate] += 1;
      done();
    } catch (error) {
      if (!isRefused(error)) return end(`an event could not be passed on: ${(error as Error).message}`);
      await this.#deadLetters.put(packet.topic, body, `Temporal refused it: ${(error as Error).message}`);
      this.counts['dead-letter'] += 1;
      done();
    }
  }
}

/** Temporal will never take it; it must not stall those behind it. */
function isRefused(error: unknown): boolean {
  return (grpcCodeOf(error) ?? grpcCodeOf((error as Error).cause)) === grpcCodes.invalidArgument;
}

/** MQTT 3.1.1 knows no properties. */
function withoutV5(options: IClientOptions): IClientOptions {
  if (options.protocolVersion === MQTT_5) return options;
  const { properties: _, ...rest } = options;
  return rest;
}
