import type { Config } from '../../../config/types.ts';
import type { MailStory, PromotionStory, Story } from '../../../views/promotion-story.ts';
import { recordLine, targetText } from '../../../views/record-line.ts';
import { targetOf } from '../../../views/target-of-record.ts';
import { badge, stateBadge } from '../../html/badge.ts';
import { type Html, html } from '../../html/html.ts';
import { promotionHref, siteName } from '../../html/links.ts';
import { table } from '../../html/table.ts';
import { moment } from '../../html/time.ts';

const MOST_RECORDS = 300;
const MOST_MAILS = 20;
const MOST_CHARACTERS_OF_A_MAIL = 6000;

/** What was recorded, in the order in which it happened. */
export function timelinePart(config: Config, { records, decision }: PromotionStory): Html {
  const shown = records.slice(-MOST_RECORDS);
  const left = records.length - shown.length;
  return html`<section aria-labelledby="timeline">
    <h2 id="timeline">What happened</h2>
    ${left > 0 && html`<p class="quiet">The latest ${MOST_RECORDS}; ${left} before them are told by <code>waybill show</code>.</p>`}
    <ol class="timeline sheet">
      ${shown.map((record) => {
        const target = targetOf(record.seq);
        const where = target === undefined ? '' : `${siteName(config, target)}: `;
        return html`<li>
          ${moment(record.atUtc)}
          <span class=${record.type === 'trouble' ? 'trouble' : undefined}>${where}${recordLine(record)}
            ${record.seq === 'decision' && decision.targets.map((one) => html`<div class="quiet">${targetText(one)}</div>`)}
          </span>
        </li>`;
      })}
    </ol>
  </section>`;
}

/** The mails, each with its text. */
export function mailsPart(mails: readonly MailStory[]): Html {
  const shown = mails.slice(-MOST_MAILS);
  const left = mails.length - shown.length;
  return html`<section aria-labelledby="mails">
    <h2 id="mails">Mails</h2>
    ${mails.length === 0 && html`<p class="empty">No mail was sent.</p>`}
    ${left > 0 && html`<p class="quiet">The latest ${MOST_MAILS} of ${mails.length}.</p>`}
    ${shown.map((mail, index) => oneMail(mail, left + index))}
  </section>`;
}

function oneMail({ subject, to, state, lastError, text, updatedAtUtc }: MailStory, index: number): Html {
  const tone = state === 'sent' ? 'good' : state === 'failed' ? 'bad' : 'under-way';
  return html`<details class="mail" id=${`mail-${index}`}>
    <summary><strong>${subject}</strong> to ${to.join(', ') || 'nobody'}, ${moment(updatedAtUtc)} ${badge(state, tone)}</summary>
    ${lastError && state !== 'sent' && html`<p>${lastError}</p>`}
    ${text === null ? html`<p class="quiet">Its text was not kept.</p>` : html`<pre>${text.slice(0, MOST_CHARACTERS_OF_A_MAIL)}</pre>`}
  </details>`;
}

/** Other promotions of the app; nothing where there is none. */
export function earlierPart({ earlier }: Story): Html | undefined {
  if (earlier.length === 0) return undefined;
  return html`<section aria-labelledby="others">
    <h2 id="others">Other promotions of this app</h2>
    ${table({
      caption: 'Other promotions of this app',
      rows: earlier,
      empty: '',
      columns: [
        {
          head: 'Begun',
          cell: (one) => html`<a href=${promotionHref(one.promotionKey)}>${moment(one.startedAtUtc)}</a>`,
        },
        { head: 'State', cell: ({ state }) => stateBadge(state) },
      ],
    })}
  </section>`;
}
