import { choicesIn } from '../../../views/choices.ts';
import { plain } from '../../../views/plain.ts';
import type { PromotionStory, Story } from '../../../views/promotion-story.ts';
import { deliveredNothing, NOTHING_DELIVERED } from '../../../views/state-tone.ts';
import { type TargetRow, targetRows } from '../../../views/target-rows.ts';
import { workflowLink } from '../../../views/workflow-link.ts';
import { type ResolveAction, type Trouble, workflowIds } from '../../../workflows/contract.ts';
import type { Config } from '../../../config/types.ts';
import { badge, stateBadge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { inHub, inQmc, outside, promotionHref, siteName } from '../../html/links.ts';
import { table } from '../../html/table.ts';
import { ago } from '../../html/time.ts';
import type { WhyNot } from '../../sign-in/rights.ts';
import { orderButtons } from './order-buttons.ts';

export interface OrderingReader {
  readonly config: Config;
  /** Why this person may give no orders. */
  readonly whyNotOperate: WhyNot;
  readonly token: string;
}

/** The trouble of the promotion's own step, with what can be done; nothing where there is none. */
export function ownTroublePart(reader: OrderingReader, { app }: Story, promotion: PromotionStory): Html | undefined {
  const { trouble, promotionKey } = promotion;
  if (!trouble) return undefined;
  const why = reader.whyNotOperate;
  return html`<section class="sheet stuck" aria-label="What is stuck">
    ${troubleText(trouble)}
    ${orderButtons({
      promotionKey,
      target: undefined,
      choices: [],
      token: reader.token,
      back: promotionHref(promotionKey),
      about: app.name,
      whyNot: { retry: why, skip: why, abort: why },
    })}
  </section>`;
}

/** Every target with its state, its apps before and after, and what can be done there. */
export function targetsPart(reader: OrderingReader, story: Story, promotion: PromotionStory): Html {
  const { config } = reader;
  return html`<section aria-labelledby="targets">
    <h2 id="targets">Targets</h2>
    ${table<TargetRow>({
      caption: 'Targets of this promotion',
      rows: targetRows(promotion),
      empty: promotion.decision.verdict === 'deny' ? 'A denial has no target.' : 'There is no target.',
      columns: [
        { head: 'Target', cell: ({ target }) => html`<strong>${siteName(config, target)}</strong>` },
        { head: 'State', cell: ({ delivery }) => stateCell(delivery) },
        { head: 'Asked for', cell: ({ choices }) => choices.map(choiceText) },
        { head: 'Apps there', cell: (row) => appsCell(config, row) },
        { head: 'Look', cell: ({ target }) => linksCell(config, promotion.promotionKey, target) },
        { head: 'Orders', cell: (row) => ordersCell(reader, story, promotion, row) },
      ],
    })}
  </section>`;
}

function stateCell(delivery: TargetRow['delivery']): Html {
  if (!delivery) return badge('not begun', 'quiet');
  const state = deliveredNothing(delivery) ? badge(NOTHING_DELIVERED, 'bad') : stateBadge(delivery.state);
  return html`${state} ${delivery.trouble && delivery.endedAtUtc === null && troubleText(delivery.trouble)}`;
}

function troubleText({ step, sinceUtc, message, willRetry }: Trouble): Html {
  return html`<div class="cause">
    <p>Stuck at “${step}” since ${ago(sinceUtc)}. ${willRetry ? 'It goes on being tried.' : ''}</p>
    <p>${message}</p>
  </div>`;
}

function choiceText({ mode, streams }: TargetRow['choices'][number]): Html {
  return html`<div>${mode} in ${streams.map((stream) => plain(stream)).join(', ')}</div>`;
}

function appsCell(config: Config, { target, apps }: TargetRow): Html {
  if (apps.length === 0) return html`<span class="quiet">none yet</span>`;
  return html`<ul class="plain">
    ${apps.map(({ stream, before, after }) => {
      const id = after ?? before;
      const what =
        before === null ? (after === null ? 'to be added' : 'added') : after === null ? 'to be replaced' : 'replaced';
      return html`<li>${stream}: ${what}${id && html` ${inHub(config, target, id)} <code class="quiet">${id}</code>`}</li>`;
    })}
  </ul>`;
}

function linksCell(config: Config, promotionKey: string, target: string): Html {
  const workflow = workflowLink(config, workflowIds.deliver(promotionKey, target));
  return html`<span class="link-line">${inQmc(config, target)} ${workflow && outside(workflow, 'workflow')}</span>`;
}

function ordersCell(reader: OrderingReader, { app }: Story, promotion: PromotionStory, row: TargetRow): Html {
  const { promotionKey } = promotion;
  const { target, delivery } = row;
  return orderButtons({
    promotionKey,
    target,
    choices: choicesIn(delivery?.trouble ?? undefined),
    token: reader.token,
    back: promotionHref(promotionKey),
    about: `${app.name} to ${siteName(reader.config, target)}`,
    whyNot: whyNotAtTarget(reader.whyNotOperate, promotion, delivery),
  });
}

/** Why a target takes an order or not. */
function whyNotAtTarget(
  whyNotOperate: WhyNot,
  { endedAtUtc }: PromotionStory,
  delivery: TargetRow['delivery'],
): Readonly<Record<ResolveAction, WhyNot>> {
  const always = whyNotOperate ?? stateWhy(endedAtUtc !== null, delivery);
  return { retry: always ?? (delivery?.trouble ? undefined : 'It is in no trouble.'), skip: always, abort: always };
}

function stateWhy(hasEnded: boolean, delivery: TargetRow['delivery']): WhyNot {
  if (hasEnded) return 'The promotion has ended.';
  // One that has no row yet may be held before its first step, as by a pause.
  return (delivery?.endedAtUtc ?? null) === null ? undefined : 'It has ended.';
}
