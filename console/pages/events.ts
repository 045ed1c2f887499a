import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Seen } from '../../ledger/news.ts';
import { createExaminationLook } from '../../temporal/site-examination.ts';
import type { LatestTest } from '../../views/sites/site-facts.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../server/context.ts';
import { createEventHub, seenNow, type Topic } from '../server/event-hub.ts';
import { sessionOf } from '../sign-in/session.ts';

/** How long Temporal may take to say how far tests of sites are. */
const TEST_LOOK_MS = 2000;

type Look = Pick<ConsoleContext, 'ledger'>;

const openWork = ({ ledger }: Look): Topic => ({ name: 'open work', look: () => ledger.newsOfOpenWork() });

const ofPromotion = ({ ledger }: Look, promotionKey: string): Topic => ({
  name: `promotion ${promotionKey}`,
  look: () => ledger.newsOfPromotion(promotionKey),
});

/** Where a page hears of news in what waits, is stuck or runs. To be asked before the page reads anything. */
export async function liveOpenWork(context: Look): Promise<string> {
  return liveAddress('/events/open-work', openWork(context));
}

/** As `liveOpenWork`, for one promotion. */
export async function livePromotion(context: Look, promotionKey: string): Promise<string> {
  return liveAddress(`/events/promotions/${promotionKey}`, ofPromotion(context, promotionKey));
}

type Tests = Readonly<Record<string, LatestTest | undefined>>;

/** As `liveOpenWork`, for the tests of sites; `tests`: those that the page shows. */
export function liveExaminations(tests: Tests): string {
  return `/events/tests?seen=${encodeURIComponent(seenNow(seenOf(tests)))}`;
}

/** Which test of each site is the latest, and whether it runs. */
function seenOf(tests: Tests): Seen {
  const states = Object.entries(tests).map(([site, test]) => {
    const atUtc = test?.state === 'running' ? test.sinceUtc : test?.atUtc;
    return `${site} ${test?.state} ${atUtc}`;
  });
  return { seen: createHash('sha256').update(states.join('\n')).digest('base64url').slice(0, 16), running: 0 };
}

function examinations({ config, temporal }: ConsoleContext): Topic {
  const look = createExaminationLook();
  return {
    name: 'tests of sites',
    async look() {
      const { client } = await temporal();
      const ask = async (site: string) => [site, await look(client, site)] as const;
      const tests = await client.withDeadline(Date.now() + TEST_LOOK_MS, () =>
        Promise.all(Object.keys(config.sites).map(ask)),
      );
      return seenOf(Object.fromEntries(tests));
    },
  };
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

  const ofTests = examinations(context);
  server.get('/events/tests', (request, reply) => serve(request, reply, ofTests));
  server.get('/events/open-work', (request, reply) => serve(request, reply, openWork(context)));
  server.get<{ Params: { key: string } }>('/events/promotions/:key', (request, reply) =>
    serve(request, reply, ofPromotion(context, request.params.key)),
  );
}

async function liveAddress(path: string, { look }: Topic): Promise<string> {
  return `${path}?seen=${encodeURIComponent(seenNow(await look()))}`;
}
