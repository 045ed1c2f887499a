import fastify from 'fastify';
import { waybillError } from '../common/errors/catalogue.ts';
import type { FleetState } from './worker-state.ts';

export interface HealthOptions {
  readonly port: number;
  readonly bind: string;
  state(): FleetState;
  /** Whether the Temporal service answers now. */
  temporalAnswers(): Promise<boolean>;
  /** Also what `GET /metrics` shows. */
  readonly metrics?: MetricsPage | undefined;
}

/** What a monitoring tool reads. */
export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface HealthEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers `GET /health/live` (200 unless a Worker has failed or stopped) and `GET /health/ready` (200 only while every
 * Worker runs and Temporal answers), both with the state as JSON, and `GET /metrics` for Prometheus where there are any.
 * Shows no settings and no names of apps.
 * @throws WAYBILL_TEMPORAL_PORT_IN_USE
 */
export async function serveHealth(options: HealthOptions): Promise<HealthEndpoint> {
  const server = fastify({ logger: false, forceCloseConnections: true });
  server.get('/health/live', async (_request, reply) => {
    const state = options.state();
    const live = state.phase !== 'failed' && state.phase !== 'stopped';
    return reply.code(live ? 200 : 503).send(state);
  });
  server.get('/health/ready', async (_request, reply) => {
    const state = options.state();
    const running = state.phase === 'running' && state.queues.every((queue) => queue.state === 'RUNNING');
    const temporal = running && (await options.temporalAnswers());
    return reply.code(temporal ? 200 : 503).send({ ...state, temporalAnswers: running ? temporal : undefined });
  });
  const { metrics } = options;
  if (metrics)
    server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  await server.listen({ host: options.bind, port: options.port }).catch((error: NodeJS.ErrnoException) => {
    const facts = { address: `${options.bind}:${options.port}`, setting: 'worker.healthPort', reason: error.code };
    throw waybillError('WAYBILL_TEMPORAL_PORT_IN_USE', facts, { cause: error });
  });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return { port, close: () => server.close() };
}
