import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Logger } from '../../common/logger.ts';
import { serverTls } from '../../common/server-tls.ts';
import type { Config } from '../../config/types.ts';
import { callbackDoors, callbackSites } from './callback-doors.ts';
import { addCallbackRoutes } from './callback-routes.ts';
import { SiteQueues } from './site-queues.ts';
import { openTemporalLink, type TemporalLink } from './temporal-link.ts';

/** A request that has not come in whole by then is dropped. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The settings that a listener is made of. */
export type ListenerConfig = Pick<Config, 'installation' | 'sources' | 'listener' | 'temporal' | 'timeouts'>;

export interface StartListenerOptions {
  readonly config: ListenerConfig;
  readonly logger: Logger;
  /** host:port in place of the configured one: that of a development server just started. */
  readonly address?: string;
}

export interface RunningListener {
  /** Where it listens, as in `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly port: number;
  /** The sites that call back. */
  readonly sites: readonly string[];
  /**
   * Goes on with other sites and another `listener.gather`, with its port open all the while. Safe to repeat.
   * @throws WAYBILL_CONFIG_SECRET_MISSING: then nothing has changed
   */
  takeOver(config: ListenerConfig): Promise<void>;
  /** Takes nothing more, answers what waits, closes. Safe to repeat. */
  close(): Promise<void>;
}

/**
 * Listens for the callbacks of the sites with `watch: callback` and hands the ids of their apps to `siteWatch`; it
 * listens whether Temporal is there or not. `GET /health/live` answers 200, `GET /health/ready` 200 while Temporal
 * answers, else 503; every other path is a 404.
 * @throws WAYBILL_LISTENER_CANNOT_LISTEN, WAYBILL_LISTENER_CERTIFICATE_UNUSABLE, WAYBILL_CONFIG_SECRET_MISSING,
 *   WAYBILL_CONFIG_SECRET_NOT_KEPT, WAYBILL_TEMPORAL_FILE_UNREADABLE
 */
export async function startListener(options: StartListenerOptions): Promise<RunningListener> {
  const { config, logger } = options;
  let admit = await callbackDoors(config);
  const server = await httpServer(config.listener, logger);
  const link = await openTemporalLink(options);
  const queues = new SiteQueues(link);
  queues.serve(callbackSites(config), config.listener.gatherMs);
  addCallbackRoutes(server, { admit: (path) => admit(path), hint: (site, appIds) => queues.add(site, appIds), logger });
  addHealthRoutes(server, link);
  const close = async (): Promise<void> => {
    await server.close();
    queues.serve([], 0);
    await link.close();
  };
  const takeOver = async (wanted: ListenerConfig): Promise<void> => {
    admit = await callbackDoors(wanted);
    queues.serve(callbackSites(wanted), wanted.listener.gatherMs);
  };
  try {
    const port = await listen(server, config.listener);
    const url = urlOf(config.listener, port);
    logger.info({ url, sites: queues.sites }, 'The listener takes callbacks');
    return {
      url,
      port,
      get sites() {
        return queues.sites;
      },
      takeOver,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function httpServer(settings: Config['listener'], logger: Logger): Promise<FastifyInstance> {
  const server = fastify({
    logger: false,
    bodyLimit: settings.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    exposeHeadRoutes: false,
    frameworkErrors: (_error, _request, reply) => void nothingHere(reply),
    https: settings.tls ? await serverTls(settings.tls, 'WAYBILL_LISTENER_CERTIFICATE_UNUSABLE') : null,
  }) as unknown as FastifyInstance;
  server.setNotFoundHandler((_request, reply) => nothingHere(reply));
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ err: error }, 'A callback could not be answered');
    return reply.code(status).send({ error: status === 413 ? 'the body is too large' : 'the request cannot be read' });
  });
  return server;
}

function nothingHere(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: 'not found' });
}

function addHealthRoutes(server: FastifyInstance, link: TemporalLink): void {
  server.get('/health/live', async () => ({ live: true }));
  server.get('/health/ready', async (_request, reply) => {
    const ready = await link.isUp();
    return reply.code(ready ? 200 : 503).send({ ready, temporal: ready ? 'answers' : 'does not answer' });
  });
}

/** The port that it listens on. */
async function listen(server: FastifyInstance, { bind, port }: Config['listener']): Promise<number> {
  try {
    await server.listen({ host: bind, port });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'EADDRINUSE' ? 'another program listens there' : (code ?? message);
    throw waybillError('WAYBILL_LISTENER_CANNOT_LISTEN', { address: `${bind}:${port}`, reason }, { cause });
  }
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function urlOf({ bind, tls }: Config['listener'], port: number): string {
  return `${tls ? 'https' : 'http'}://${bind.includes(':') ? `[${bind}]` : bind}:${port}`;
}
