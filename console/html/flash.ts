import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ConsoleContext } from '../server/context.ts';
import { readSigned, writeSigned } from '../server/signed-cookie.ts';

const flashFacts = z.object({ tone: z.enum(['good', 'bad']), text: z.string() });

/** What the next page tells first: how the thing ended that was just done. */
export type Flash = Readonly<z.output<typeof flashFacts>>;

const MOST_CHARACTERS = 600;
const SHOWN_WITHIN_SECONDS = 60;

/** Goes to another page after something was done there, and says how it ended. */
export function redirectWith(context: ConsoleContext, reply: FastifyReply, to: string, flash: Flash): FastifyReply {
  const facts: Flash = { tone: flash.tone, text: flash.text.slice(0, MOST_CHARACTERS) };
  writeSigned(context, reply, { name: context.cookies.flash, maxAgeSeconds: SHOWN_WITHIN_SECONDS }, facts);
  return reply.redirect(to, 303);
}

/** The news for this page; they are shown once. */
export function takeFlash(
  { cookies }: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Flash | undefined {
  if (request.cookies[cookies.flash] === undefined) return undefined;
  reply.clearCookie(cookies.flash, { path: '/' });
  return readSigned(request, cookies.flash, flashFacts);
}
