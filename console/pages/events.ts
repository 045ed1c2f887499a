import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ConsoleContext, type ConsoleServer, personIn } from '../server/context.ts';
import { createEventHub, seenNow, type Topic } from '../server/event-hub.ts';
import { sessionOf } from '../sign-in/session.ts';
import { testsTopic } from './sites/tests-topic.ts';

/** A process tells of itself every minute; one that did not for this long is gone. */
export const PROCESS_LIVES_MS = 150_000;

type Look = Pick<ConsoleContext, 'ledger'>;

const openWork = ({ ledger }: Look): Topic => ({ name: 'open work', look: () => ledger.newsOfOpenWork() });

const ofPromotion = ({ ledger }: Look, promotionKey: string): Topic => ({
  name: `promotion ${promotionKey}`,
  look: () => ledger.newsOfPromotion(promotionKey),
});

const ofProcesses = ({ ledger }: Look): Topic => ({
  name: 'processes',
  look: async () => {
    const facts = (await ledger.runningProcesses(PROCESS_LIVES_MS)).map((one) => [
      one.processId,
      one.configFingerprint,
      one.waiting,
      one.problems,
    ]);
    return { seen: createHash('sha256').update(JSON.stringify(facts)).digest('base64url').slice(0, 16), running: 0 };
  },
});

/** Where a page hears of news in what waits, is stuck or runs. To be asked before the page reads anything. */
export async function liveOpenWork(context: Look): Promise<string> {
  return liveAddress('/events/open-work', openWork(context));
}

/** As `liveOpenWork`, for one promotion. */
export async function livePromotion(context: Look, promotionKey: string): Promise<string> {
  return liveAddress(`/events/promotions/${promotionKey}`, ofPromotion(context, promotionKey));
}

/** As `liveOpenWork`, for the processes that run and the settings that each has. */
export async function liveProcesses(context: Look): Promise<string> {
  return liveAddress('/events/processes', ofProcesses(context));
}

/** Tells open pages when they should be read anew (server-sent events). */
export function addEvents(server: ConsoleServer, context: ConsoleContext): void {
  const { config, logger } = context;
  const hub = createEventHub({ refreshMs: config.console.refreshMs, logger });
  server.addHook('preClose', () => hub.close());

  const serve = (request: FastifyRequest, reply: FastifyReply, topic: Topic): FastifyReply => {
    const { seen } = request.query as { seen?: unknown };
    const last = request.headers['last-event-id'] ?? seen;
    const stream = hub.open(topic, {
      person: personIn(request).name,
      seen: typeof last === 'string' ? last : undefined,
      isStillIn: async () => (await sessionOf(context, request)) !== undefined,
    });
    if (!stream) return reply.code(429).send({ error: 'too many open pages' });
    request.raw.on('close', () => stream.destroy());
    return reply.type('text/event-stream').header('x-accel-buffering', 'no').send(stream);
  };

  const ofTests = testsTopic(context);
  server.get('/events/tests', (request, reply) => serve(request, reply, ofTests));
  server.get('/events/open-work', (request, reply) => serve(request, reply, openWork(context)));
  server.get('/events/processes', (request, reply) => serve(request, reply, ofProcesses(context)));
  server.get<{ Params: { key: string } }>('/events/promotions/:key', (request, reply) =>
    serve(request, reply, ofPromotion(context, request.params.key)),
  );
}

async function liveAddress(path: string, { look }: Topic): Promise<string> {
  return `${path}?seen=${encodeURIComponent(seenNow(await look()))}`;
}
