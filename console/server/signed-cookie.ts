import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ConsoleContext } from './context.ts';

/** Which cookie, and for how long; without `maxAgeSeconds` until the browser is closed. */
interface CookiePlace {
  readonly name: string;
  readonly maxAgeSeconds?: number;
}

/** Gives the browser facts that it cannot change, that scripts cannot read, and that no other site's form sends. */
export function writeSigned(
  { isSecure }: ConsoleContext,
  reply: FastifyReply,
  { name, maxAgeSeconds }: CookiePlace,
  facts: object,
): void {
  // Signed with its name: what was signed for one cookie is nothing in another.
  reply.setCookie(name, JSON.stringify([name, facts]), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    signed: true,
    maxAge: maxAgeSeconds,
  });
}

/** The facts of a cookie as `writeSigned` wrote them; `undefined` where it is missing, forged or of another kind. */
export function readSigned<Schema extends z.ZodType>(
  request: FastifyRequest,
  name: string,
  schema: Schema,
): z.output<Schema> | undefined {
  const cookie = request.cookies[name];
  const { valid, value } = cookie === undefined ? { valid: false, value: null } : request.unsignCookie(cookie);
  if (!valid || value === null) return undefined;
  const parts = parsed(value);
  return Array.isArray(parts) && parts[0] === name ? schema.safeParse(parts[1]).data : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A signature of this key over something else.
    return undefined;
  }
}
