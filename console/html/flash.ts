import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ConsoleContext } from '../server/context.ts';

/** What the next page tells first: how the thing ended that was just done. */
export interface Flash {
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

const MOST_CHARACTERS = 600;

/** Goes to another page after something was done there, and says how it ended. */
export function redirectWith(
  { cookies, isSecure }: ConsoleContext,
  reply: FastifyReply,
  to: string,
  flash: Flash,
): FastifyReply {
  const value = JSON.stringify({ tone: flash.tone, text: flash.text.slice(0, MOST_CHARACTERS) });
  reply.setCookie(cookies.flash, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isSecure,
    signed: true,
    maxAge: 60,
  });
  return reply.redirect(to, 303);
}

/** The news for this page; they are shown once. */
export function takeFlash(
  { cookies }: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Flash | undefined {
  const cookie = request.cookies[cookies.flash];
  if (cookie === undefined) return undefined;
  reply.clearCookie(cookies.flash, { path: '/' });
  const { valid, value } = request.unsignCookie(cookie);
  return valid && value !== null ? (JSON.parse(value) as Flash) : undefined;
}
