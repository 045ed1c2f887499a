import type { Readable } from 'node:stream';
import type { WaybillError } from '../../../common/errors/waybill-error.ts';
import { type CallPlace, type QrsCall, userHeader } from './call.ts';
import { connectionFailure } from './connection-failure.ts';
import { Exchange } from './exchange.ts';
import { isOfCertificates, mayAskNextHost, mostHopeful } from './next-host.ts';
import { largestTextBytes, parseReply, tooLong } from './parse-reply.ts';
import { replyFailure } from './reply-failure.ts';
import type { Reply } from './reply-handler.ts';
import { sendRequest, type UploadBody } from './send-request.ts';
import type { QrsLogger, QrsSite, QrsTimeouts } from './settings.ts';
import { SiteConnections, type SiteHost } from './site-connections.ts';

/** A reply whose status is a success. */
export interface GoodReply extends Reply {
  readonly exchange: Exchange;
  readonly host: SiteHost;
  readonly place: CallPlace;
}

/** What a transfer adds to a call. */
export interface Transfer {
  readonly upload?: UploadBody;
  /**
   * The reply is a file: it is given as a stream, whose blocks are used again where `inTurn`. A large one has a connection
   * of its own.
   */
  readonly download?: { readonly inTurn: boolean; readonly isLarge: boolean };
  /** Only this host is asked. */
  readonly host?: SiteHost;
  /** Sets up what watches the exchange, before it begins. */
  watch?(exchange: Exchange, place: CallPlace): void;
}

/** Sends calls to one site. Every failure is a Waybill error, save what an aborted signal or the source of an upload gives. */
export interface QrsHttp {
  readonly site: string;
  /** `name:port` of the first host, for errors that come from no host. */
  readonly firstHost: string;
  readonly timeouts: QrsTimeouts;
  /** The reply as JSON; undefined when it is empty. */
  json<T>(call: QrsCall, transfer?: Transfer): Promise<T>;
  ask(call: QrsCall, transfer?: Transfer): Promise<GoodReply>;
  /** In the order in which they are to be asked. */
  hosts(): Promise<readonly SiteHost[]>;
  /** Lets running calls end for `graceMs`, then cuts the connections. */
  close(graceMs: number): Promise<void>;
}

export interface QrsHttpOptions {
  readonly alias: string;
  readonly site: QrsSite;
  readonly timeouts: QrsTimeouts;
  readonly logger?: QrsLogger | undefined;
}

/** What every call of a site shares. */
interface Sender {
  readonly alias: string;
  readonly user: string;
  readonly headers: readonly string[];
  readonly connections: SiteConnections;
  readonly logger: QrsLogger | undefined;
}

/** A sender for one site. Opens nothing before the first call. */
export function createQrsHttp({ alias, site, timeouts, logger }: QrsHttpOptions): QrsHttp {
  const connections = new SiteConnections(alias, site, timeouts.connectMs, logger);
  const user = `${site.user.directory}\\${site.user.id}`;
  const headers = ['accept', 'application/json', 'x-qlik-user', userHeader(site.user)];
  const sender: Sender = { alias, user, headers, connections, logger };
  return {
    site: alias,
    firstHost: `${site.hosts[0]}:${site.port}`,
    timeouts,
    ask: (call, transfer = {}) => askHosts(sender, call, transfer),

    async json<T>(call: QrsCall, transfer: Transfer = {}) {
      const { text, place } = await askHosts(sender, call, transfer);
      return parseReply(text, call, place) as T;
    },

    hosts: async () => connections.hosts(),
    close: (graceMs) => connections.close(graceMs),
  };
}

/** Asks the hosts of the site, or the one that is named. */
async function askHosts(sender: Sender, call: QrsCall, transfer: Transfer): Promise<GoodReply> {
  call.signal?.throwIfAborted();
  if (transfer.host) return askInTurn(sender, [transfer.host], call, transfer);
  const known = sender.connections.hosts();
  const hosts = known instanceof Promise ? await known : known;
  try {
    return await askInTurn(sender, hosts, call, transfer);
  } catch (error) {
    // An administrator who exchanged the certificates a moment ago is not told of the former ones.
    if (!isOfCertificates(error) || !(await sender.connections.areExchanged(hosts))) throw error;
    return askInTurn(sender, await sender.connections.hosts(), call, transfer);
  }
}

/** Goes on to the next host only where the former cannot have done anything. */
async function askInTurn(
  sender: Sender,
  hosts: readonly SiteHost[],
  call: QrsCall,
  transfer: Transfer,
): Promise<GoodReply> {
  const failures: WaybillError[] = [];
  for (const host of hosts) {
    try {
      return await askHost(sender, host, call, transfer);
    } catch (error) {
      if (!mayAskNextHost(error)) throw error;
      failures.push(error);
      sender.connections.rest(host);
      if (hosts.length > 1) {
        sender.logger?.warn({ site: sender.alias, host: host.name, code: error.code }, 'The host cannot be used now');
      }
    }
  }
  throw mostHopeful(failures);
}

async function askHost(sender: Sender, host: SiteHost, call: QrsCall, transfer: Transfer): Promise<GoodReply> {
  const { upload, download } = transfer;
  const place = { site: sender.alias, host: host.name, user: sender.user };
  const sourceFault = watchSource(upload?.body);
  const exchange = new Exchange((exchange, error) => {
    if (call.signal?.aborted) return call.signal.reason as Error;
    if (error === sourceFault?.error) return error;
    const certificateDoubt = sender.connections.certificateDoubt();
    return connectionFailure(error, {
      call,
      place,
      exchange,
      isDownload: download !== undefined,
      uploadBytes: upload?.sizeBytes,
      certificateDoubt,
    });
  });
  transfer.watch?.(exchange, place);
  const request = { call, siteHeaders: sender.headers, exchange, upload, download, largestTextBytes };
  const beganMs = performance.now();
  const reply = await sendRequest(download?.isLarge ? host.files : host.pool, {
    ...request,
    tooLong: () => tooLong(call, place),
  });
  logCall(sender, host, call, reply.status, beganMs);
  if (reply.status < 200 || reply.status >= 300) throw replyFailure(reply, call, place);
  return { ...reply, exchange, host, place };
}

/** The path without its query, which may hold names. */
function logCall({ alias, logger }: Sender, host: SiteHost, call: QrsCall, status: number, beganMs: number): void {
  if (!logger) return;
  const path = call.path.split('?', 1)[0];
  const durationMs = Math.round(performance.now() - beganMs);
  logger.debug({ site: alias, host: host.name, method: call.method, path, status, durationMs }, 'Asked the site');
}

/**
 * Remembers the error that the source of an upload fails with, to tell it from one of the connection. That the source is too
 * long is undici's finding, which it gives to the source too.
 */
function watchSource(body: Readable | undefined): { error: Error | undefined } | undefined {
  if (!body) return undefined;
  const fault: { error: Error | undefined } = { error: undefined };
  body.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH') fault.error ??= error;
  });
  return fault;
}
