import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { Logger } from '../../common/logger.ts';
import type { Admission, CallbackPath } from './callback-doors.ts';
import { occasionally } from './occasionally.ts';
import { readCallback } from './read-callback.ts';

/** Callbacks that are read or wait for Temporal at once; what comes beyond is refused before it is read. */
const MOST_OPEN_CALLBACKS = 1_000;
const RETRY_AFTER_SECONDS = 5;

export interface CallbackRoutesOptions {
  readonly admit: (path: CallbackPath) => Admission;
  /** Resolves when Temporal has accepted the signal that carries these ids. */
  readonly hint: (site: string, appIds: readonly string[]) => Promise<void>;
  readonly logger: Logger;
}

type CallbackRequest = FastifyRequest<{ Params: CallbackPath; Body: Buffer | undefined }>;

/**
 * `POST /notify/<site>/<token>/<kind>`. 204: Temporal has the ids. 400: no callback. 404: nothing here, whatever is
 * wrong with the path. 413: too large. 415: not JSON by its own account. 503: Temporal away or too much at once, with
 * `Retry-After`. No header, body or token is logged.
 */
export function addCallbackRoutes(server: FastifyInstance, options: CallbackRoutesOptions): void {
  const tell = occasionally();
  const openCallbacks = { count: 0 };
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.post('/notify/:site/:token/:kind', {
    onRequest: async (request: CallbackRequest, reply) => {
      const { site } = request.params;
      const admission = options.admit(request.params);
      if (admission === 'wrongToken') {
        tell(`token ${site}`, (times) =>
          options.logger.warn(
            { site, times },
            'A callback came with a wrong token: an old subscription, or a stranger',
          ),
        );
      }
      if (admission !== 'open') return reply.callNotFound();
      if (openCallbacks.count >= MOST_OPEN_CALLBACKS) {
        tell(`full ${site}`, (times) => options.logger.warn({ site, times }, 'Too many callbacks at once: refused'));
        return unavailable(reply, 'too many callbacks at once');
      }
      openCallbacks.count += 1;
      reply.raw.once('close', () => (openCallbacks.count -= 1));
    },
    handler: (request: CallbackRequest, reply) => take(request, reply, options, tell),
  });
}

async function take(
  request: CallbackRequest,
  reply: FastifyReply,
  { hint, logger }: CallbackRoutesOptions,
  tell: ReturnType<typeof occasionally>,
): Promise<FastifyReply> {
  const { site, kind } = request.params;
  const content = readCallback(request.body ?? Buffer.alloc(0));
  if ('notJson' in content || 'malformed' in content) {
    const reason = 'notJson' in content ? content.notJson : content.malformed;
    tell(`malformed ${site}`, (times) =>
      logger.warn({ site, kind, reason, times }, 'A callback cannot be read; the sweep will find what it told'),
    );
    const status = 'notJson' in content && !saysJson(request.headers['content-type']) ? 415 : 400;
    return reply.code(status).send({ error: reason });
  }
  try {
    if (content.appIds.length > 0) await hint(site, content.appIds);
  } catch (error) {
    const isAway = isWaybillError(error) && error.code === 'WAYBILL_TEMPORAL_UNREACHABLE';
    if (!isAway) {
      tell(`refused ${site}`, (times) =>
        logger.error({ site, err: error, times }, 'Temporal did not take a hint, which is passed on later'),
      );
    }
    return unavailable(reply, isAway ? 'Temporal does not answer' : 'Temporal did not take it');
  }
  logger.debug({ site, kind, changes: content.changes, apps: content.appIds.length }, 'A callback was taken');
  return reply.code(204).send();
}

function unavailable(reply: FastifyReply, error: string): FastifyReply {
  return reply.code(503).header('retry-after', RETRY_AFTER_SECONDS).send({ error });
}

function saysJson(contentType: string | undefined): boolean {
  return contentType === undefined || /^[^;]*[/+]json\s*(;|$)/i.test(contentType);
}
