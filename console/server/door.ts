import { personOf } from '../sign-in/session.ts';
import type { ConsoleContext, ConsoleServer } from './context.ts';
import { userOf } from './hardening.ts';

/** Who gets in: everybody to pages that are open, else whoever is signed in. What changes something comes with our form. */
export function addDoor(server: ConsoleServer, context: ConsoleContext): void {
  server.decorateRequest('formToken', '');
  server.addHook('onRequest', async (request, reply) => {
    request.person = await personOf(context, request, reply);
    if (request.person || request.routeOptions.config.open || request.is404) return;
    if (request.method === 'GET' && request.headers.accept?.includes('text/html')) {
      const to = request.url === '/' ? '' : `?to=${encodeURIComponent(request.url)}`;
      await reply.redirect(`/sign-in${to}`);
      return;
    }
    await reply.code(401).send({ error: 'sign in first' });
  });
  server.addHook('preHandler', async (request, reply) => {
    // Also for what is sent: the answer may be the form once more, with what is wrong in it.
    if (request.headers.accept?.includes('text/html')) {
      request.formToken = reply.generateCsrf({ userInfo: userOf(request) });
    }
    if (request.method === 'GET' || request.method === 'HEAD') return;
    await new Promise<void>((resolve, reject) => {
      server.csrfProtection(request, reply, (error?: Error) => (error ? reject(error) : resolve()));
    });
  });
}
