import type { FastifyReply, FastifyRequest } from 'fastify';
import { doorText } from '../../../views/record-line.ts';
import type { DecisionOfRecord } from '../../../views/recorded-shapes.ts';
import { html } from '../../html/html.ts';
import { promotionHref } from '../../html/links.ts';
import { showPage } from '../../html/show-page.ts';
import { moment } from '../../html/time.ts';
import type { ConsoleContext } from '../../server/context.ts';

interface App {
  readonly site: string;
  readonly appId: string;
}

/** Tells who decided about an app that does not wait any more, or that nothing is known of it. */
export async function decidedAlready(
  context: ConsoleContext,
  request: FastifyRequest<{ Params: App }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const [latest] = await context.ledger.listPromotions<DecisionOfRecord>({ ...request.params, limit: 1 });
  if (!latest) {
    const body = html`<p class="empty">No such app waits for a decision. It may have been taken out of its stream, or
      nobody asks for its promotion any more.</p><p><a href="/">Go to the inbox</a></p>`;
    return showPage(context, request, reply.code(404), { title: 'Nothing waits here', body, current: '/' });
  }
  const { appName, promotionKey, decision } = latest;
  const { verdict, by, decidedAtUtc } = decision;
  const done = verdict === 'deny' ? 'Denied' : 'Approved';
  const body = html`
    <p>${done} by <strong>${by.account}</strong> ${doorText(by)}, ${moment(decidedAtUtc)}. It does not wait any more.</p>
    <p><a class="button" href=${promotionHref(promotionKey)}>See what becomes of it</a></p>`;
  const status = request.method === 'GET' ? 200 : 409;
  const page = { title: `${appName} is decided`, body, current: '/', styles: 'promotions.css' } as const;
  return showPage(context, request, reply.code(status), page);
}

/** The promotion that this very decision made before: its form was sent twice. */
export async function sentBefore(
  { ledger }: ConsoleContext,
  { site, appId }: App,
  decisionId: string,
): Promise<string | undefined> {
  const known = await ledger.listPromotions<DecisionOfRecord>({ site, appId, limit: 20 });
  return known.find(({ decision }) => decision.decisionId === decisionId)?.promotionKey;
}
