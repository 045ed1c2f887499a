import { readStory } from '../../../views/promotion-story.ts';
import { html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { whyNotOperate } from '../../sign-in/rights.ts';
import { livePromotion } from '../events.ts';
import { foundByKey } from './found-by-key.ts';
import { headPart } from './head-part.ts';
import { nowPart, stepsPart } from './steps-part.ts';
import { earlierPart, mailsPart, timelinePart } from './story-parts.ts';
import { ownTroublePart, targetsPart } from './targets-part.ts';
import { createTemporalLook } from './temporal-look.ts';

/** The story of one promotion, which goes on while it is looked at. */
export function addPromotionPage(server: ConsoleServer, context: ConsoleContext): void {
  const { config, ledger } = context;
  const lookAtTemporal = createTemporalLook(context);

  server.get<{ Params: { key: string } }>('/promotions/:key', async (request, reply) => {
    const { key } = request.params;
    const live = await livePromotion(context, key);
    const story = await readStory(ledger, config, await foundByKey(context, key));
    const { promotion, app } = story;
    if (!promotion) return reply.callNotFound();
    const pending = await lookAtTemporal(story);
    const reader = { config, whyNotOperate: whyNotOperate(personIn(request)), token: request.formToken };
    const body = html`
      ${headPart(config, story, promotion)}
      ${ownTroublePart(reader, story, promotion)}
      ${targetsPart(reader, story, promotion)}
      ${nowPart(config, pending)}
      ${timelinePart(config, promotion)}
      ${stepsPart(config, promotion)}
      ${mailsPart(promotion.mails)}
      ${earlierPart(story)}
    `;
    const page = { title: app.name, body, current: '/promotions', live, styles: 'promotions.css' } as const;
    return showPage(context, request, reply, page);
  });
}
