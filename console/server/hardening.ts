import { createHmac } from 'node:crypto';
import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import formBody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { ConsoleContext, ConsoleServer } from './context.ts';

/** Headers, signed cookies, and forms that only our own pages can send. */
export async function addHardening(server: ConsoleServer, context: ConsoleContext): Promise<void> {
  const { isSecure, cookies } = context;
  const keyFor = (what: string): string =>
    createHmac('sha256', context.installationSecret).update(`waybill console ${what}`).digest('base64url');
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    strictTransportSecurity: isSecure,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  await server.register(formBody, { bodyLimit: server.initialConfig.bodyLimit });
  await server.register(cookie, { secret: keyFor('cookies') });
  await server.register(csrf, {
    sessionPlugin: '@fastify/cookie',
    cookieKey: cookies.session.replace(/session$/, 'form'),
    cookieOpts: { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure, signed: true },
    csrfOpts: { hmacKey: keyFor('forms') },
    getUserInfo: userOf,
    getToken: (request) => (request.body as { _form?: string } | undefined)?._form,
  });
  await server.register(rateLimit, { global: false });
  // Nothing that a page shows may be read from a disk later.
  server.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}

/** A form is bound to whoever was signed in when its page was made. */
export function userOf({ person }: FastifyRequest): string {
  return person ? `${person.name} ${person.epoch}` : 'nobody';
}
