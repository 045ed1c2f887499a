import { type Html, html } from '../../html/html.ts';
import { promotionHref, siteName } from '../../html/links.ts';
import { ago } from '../../html/time.ts';
import type { Config } from '../../../config/types.ts';
import type { StuckStep } from '../../../views/overview.ts';
import { orderButtons } from '../promotions/order-buttons.ts';

interface StuckParts {
  readonly config: Config;
  readonly stuck: readonly StuckStep[];
  readonly hasMore: boolean;
  readonly whyNotOperate: string | undefined;
  readonly token: string;
}

/** What is stuck, since when and why, and what can be done. */
export function stuckPart({ config, stuck, hasMore, whyNotOperate, token }: StuckParts): Html {
  return html`<section aria-labelledby="stuck">
    <h2 id="stuck">Stuck (${stuck.length})</h2>
    ${stuck.length === 0 && html`<p class="empty">Nothing is stuck.</p>`}
    ${stuck.map((one) => {
      const where = one.target === null ? `on ${siteName(config, one.site)}` : `to ${siteName(config, one.target)}`;
      const targets = one.target === null ? undefined : one.target;
      return html`<article class="sheet stuck">
        <h3><a href=${promotionHref(one.promotionKey)}>${one.appName}</a> ${where}</h3>
        <p>At “${one.step}” since ${ago(one.sinceUtc)}. ${triedText(one)}</p>
        <p class="cause">${one.message}</p>
        ${orderButtons({
          promotionKey: one.promotionKey,
          target: targets,
          choices: one.choices,
          token,
          back: '/',
          about: `${one.appName} ${where}`,
          whyNot: { retry: whyNotOperate, skip: whyNotOperate, abort: whyNotOperate },
        })}
      </article>`;
    })}
    ${hasMore && html`<p class="quiet">There is more; look for an app by its name above.</p>`}
  </section>`;
}

function triedText({ willRetry, choices }: StuckStep): string {
  if (choices.length > 0) return 'Somebody has to choose.';
  return willRetry ? 'It goes on being tried.' : 'It is looked at again now and then.';
}
