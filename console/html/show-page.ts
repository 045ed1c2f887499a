import type { FastifyReply, FastifyRequest } from 'fastify';
import { renderToString } from 'preact-render-to-string';
import type { ConsoleContext } from '../server/context.ts';
import type { AssetName } from '../server/assets.ts';
import { type Frame, frame } from './frame.ts';
import { takeFlash } from './flash.ts';
import type { Html } from './html.ts';
import { themeOf } from './theme.ts';

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** The entry of the navigation that this page belongs to. */
  readonly current?: string;
  /** Where the page hears that it should be read anew. */
  readonly live?: string;
  /** A style sheet of the page's own. */
  readonly styles?: AssetName;
}

/** Sends a whole page. */
export async function showPage(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
  page: Page,
): Promise<FastifyReply> {
  const facts: Frame = {
    ...page,
    person: request.person,
    formToken: request.formToken,
    theme: themeOf(context, request),
    flash: takeFlash(context, request, reply),
    paused: request.person ? await context.ledger.pausesInForce().catch(() => []) : [],
    path: request.url,
  };
  return reply.type('text/html; charset=utf-8').send(`<!doctype html>${renderToString(frame(facts))}`);
}
