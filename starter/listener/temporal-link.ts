import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Logger } from '../../common/logger.ts';
import type { Config } from '../../config/types.ts';
import { connectionSettings } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { siteWatchStart } from '../../temporal/ensure-site-watch.ts';
import { grpcCodeOf } from '../../temporal/grpc-codes.ts';
import { type HintBatch, signals, workflowTypes } from '../../workflows/contract.ts';

/** A signal is repeated within this time, which bridges a hiccup of the service; then its sender is refused. */
const SIGNAL_DEADLINE_MS = 3_000;
const REPEAT_AFTER_MS = 200;
const PROBE_DEADLINE_MS = 2_000;
const PROBE_EVERY_MS = 500;
/** gRPC's own pause before it connects again grows to two minutes, which callbacks cannot wait for. */
const reconnecting = { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2_000 };
/** gRPC: CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE. */
const awayCodes = new Set([1, 2, 4, 13, 14]);
/** gRPC: RESOURCE_EXHAUSTED, ABORTED: it is there, and may take the same a moment later. */
const busyCodes = new Set([8, 10]);

/** The listener's way to Temporal. */
export interface TemporalLink {
  /**
   * Resolves when the service has accepted the signal `hint` for `siteWatch/<site>`, which starts where it does not
   * run. While the service is known to be away it rejects at once. Safe to repeat: a hint is only a hint.
   * @throws WAYBILL_TEMPORAL_UNREACHABLE; errors of the service as they come
   */
  hint(site: string, appIds: readonly string[]): Promise<void>;
  /** As `hint`, with anything that is safe to repeat. */
  call(work: (client: Client) => Promise<void>): Promise<void>;
  /** Whether the service answers now, within 2 seconds, and hints are passed on. Never throws. */
  isUp(): Promise<boolean>;
  close(): Promise<void>;
}

export interface TemporalLinkOptions {
  readonly config: Pick<Config, 'temporal' | 'timeouts'>;
  /** host:port in place of the configured one. */
  readonly address?: string | undefined;
  readonly logger: Logger;
  /** What its being away means, for the log. Default: what it means for callbacks. */
  readonly meaning?: { readonly away: string; readonly back: string };
}

const forCallbacks = {
  away: 'callbacks are refused, and what they tell is passed on later',
  back: 'callbacks are taken',
};

/**
 * A link that need not be up: it connects when the service is there, and again when it comes back.
 * @throws WAYBILL_TEMPORAL_FILE_UNREADABLE, WAYBILL_CONFIG_SECRET_MISSING
 */
export async function openTemporalLink(options: TemporalLinkOptions): Promise<TemporalLink> {
  const { config, logger, meaning = forCallbacks } = options;
  const settings = await connectionSettings(config, options.address);
  // The SDK's repeating of failed calls is left out: its timers outlive the connection and throw where none can catch.
  const connection = Connection.lazy({ ...settings, interceptors: [], channelArgs: reconnecting });
  const { namespace, encryption } = config.temporal;
  const client = new Client({ connection, namespace, dataConverter: await createDataConverter(encryption) });
  return new Link({ client, connection, address: settings.address, config, logger, meaning });
}

interface LinkParts {
  readonly client: Client;
  readonly connection: Connection;
  readonly address: string;
  readonly config: TemporalLinkOptions['config'];
  readonly logger: Logger;
  readonly meaning: NonNullable<TemporalLinkOptions['meaning']>;
}

class Link implements TemporalLink {
  readonly #parts: LinkParts;
  readonly #closing = new AbortController();
  #probe: Promise<boolean> | undefined;
  #return: Promise<void> | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    void this.#answers().then((answers) => answers || this.#expectReturn());
  }

  async hint(site: string, appIds: readonly string[]): Promise<void> {
    await this.call((client) => this.#signal(client, site, { appIds }));
  }

  async call(work: (client: Client) => Promise<void>): Promise<void> {
    if (this.#return !== undefined) throw this.#away('it did not answer a moment ago');
    try {
      await this.#callWithin(Date.now() + SIGNAL_DEADLINE_MS, work);
    } catch (error) {
      if (!awayCodes.has(codeOf(error))) throw error;
      this.#expectReturn();
      throw this.#away((error as Error).message, error);
    }
  }

  async isUp(): Promise<boolean> {
    return this.#return === undefined && (await this.#answers()) && this.#return === undefined;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#return;
    await this.#probe;
    await this.#parts.connection.close();
  }

  async #callWithin(deadlineMs: number, work: (client: Client) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await this.#parts.connection.withDeadline(deadlineMs, () => work(this.#parts.client));
        return;
      } catch (error) {
        const code = codeOf(error);
        const mayPass = awayCodes.has(code) || busyCodes.has(code);
        if (!mayPass || Date.now() + REPEAT_AFTER_MS > deadlineMs) throw error;
      }
      await wait(REPEAT_AFTER_MS);
    }
  }

  async #signal(client: Client, site: string, batch: HintBatch): Promise<void> {
    await client.workflow.signalWithStart(workflowTypes.siteWatch, {
      ...siteWatchStart(site, this.#parts.config),
      signal: signals.hint,
      signalArgs: [batch],
    });
  }

  /** Everybody who asks meanwhile shares one question. */
  #answers(): Promise<boolean> {
    this.#probe ??= this.#ask();
    return this.#probe;
  }

  async #ask(): Promise<boolean> {
    const { connection } = this.#parts;
    try {
      await connection.withDeadline(Date.now() + PROBE_DEADLINE_MS, () => connection.workflowService.getSystemInfo({}));
      return true;
    } catch {
      return false;
    } finally {
      this.#probe = undefined;
    }
  }

  #expectReturn(): void {
    if (!this.#closing.signal.aborted) this.#return ??= this.#awaitReturn();
  }

  async #awaitReturn(): Promise<void> {
    const { address, logger, meaning } = this.#parts;
    const { signal } = this.#closing;
    const sinceMs = performance.now();
    logger.warn({ address }, `Temporal does not answer: ${meaning.away}`);
    while (!signal.aborted && !(await this.#answers())) {
      await wait(PROBE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    this.#return = undefined;
    const awaySeconds = Math.round((performance.now() - sinceMs) / 1000);
    if (!signal.aborted) logger.info({ address, awaySeconds }, `Temporal answers again: ${meaning.back}`);
  }

  #away(reason: string, cause?: unknown): Error {
    const { address } = this.#parts;
    return waybillError('WAYBILL_TEMPORAL_UNREACHABLE', { address, reason: reason.replaceAll(/\s+/g, ' ') }, { cause });
  }
}

/** The gRPC status of a failed call, which the client wraps; -1 where there is none. */
function codeOf(error: unknown): number {
  return grpcCodeOf(error) ?? grpcCodeOf(error instanceof Error ? error.cause : undefined) ?? -1;
}
