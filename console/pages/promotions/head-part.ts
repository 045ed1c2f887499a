import type { Config } from '../../../config/types.ts';
import type { NamedApp } from '../../../views/apps/app-history.ts';
import { plain, shortHash, sizeText } from '../../../views/plain.ts';
import type { PromotionStory, Story } from '../../../views/promotion-story.ts';
import { doorText } from '../../../views/record-line.ts';
import { badge, stateBadge } from '../../html/badge.ts';
import { facts } from '../../html/facts.ts';
import { type Html, html } from '../../html/html.ts';
import { appHistoryHref, appHref, inHub, inQmc, outside, siteName } from '../../html/links.ts';
import { moment } from '../../html/time.ts';

/** What was promoted, by whom, which bytes, and where to look further. */
export function headPart(config: Config, { app, waiting }: Story, promotion: PromotionStory): Html {
  const { decision, startedAtUtc, endedAtUtc, state, outcome, records } = promotion;
  const copyAppId = (records.find(({ type }) => type === 'unpublished')?.facts as { copyAppId?: string } | undefined)
    ?.copyAppId;
  const why = (outcome as { why?: unknown } | null)?.why;
  return html`
    <section class="sheet" aria-label="What it is">
      ${facts([
        ['State', html`${stateBadge(state)} ${stuckBadge(config, promotion)}`],
        [decision.verdict === 'reload' ? 'Asked for' : 'Decision', decisionText(promotion)],
        ['Note', decision.note && html`<q>${decision.note}</q>`],
        [
          'From',
          `${siteName(config, app.site)}${decision.app.streamName ? `, stream ${decision.app.streamName}` : ''}`,
        ],
        ['Owner', app.owner],
        ['Begun', moment(startedAtUtc)],
        ['Ended', endedAtUtc && moment(endedAtUtc)],
        ['Because', typeof why === 'string' ? why : undefined],
        ['Exported file', fileText(promotion.artifact)],
        ['Version kept', versionText(promotion.version)],
        ['App at the source', html`${inHub(config, app.site, app.appId)} <code>${app.appId}</code>`],
        ['Copy for its owner', copyAppId && html`${inHub(config, app.site, copyAppId)} <code>${copyAppId}</code>`],
        ['Key', html`<code>${promotion.promotionKey}</code>`],
        ['Look further', lookFurther(config, { site: app.site, appName: decision.app.name }, promotion.temporalUrl)],
      ])}
    </section>
    ${
      waiting &&
      html`<div class="notice warn">The app waits for a decision again.
        <a href=${`${appHref(app.site, app.appId)}/decide`}>Look at it</a></div>`
    }
  `;
}

/** A promotion goes on at its other targets while one is stuck. */
function stuckBadge(config: Config, { deliveries, endedAtUtc }: PromotionStory): Html | undefined {
  const stuck = deliveries.filter((one) => one.trouble && one.endedAtUtc === null && endedAtUtc === null);
  if (stuck.length === 0) return undefined;
  return badge(`stuck at ${stuck.map(({ target }) => siteName(config, target)).join(', ')}`, 'bad');
}

const verdicts = { approve: 'approved', deny: 'denied', reload: 'on reload' } as const;

function decisionText({ decision }: PromotionStory): Html {
  const { verdict, by, decidedAtUtc } = decision;
  return html`${verdicts[verdict]} by <strong>${plain(by.account)}</strong> ${doorText(by)}, ${moment(decidedAtUtc)}`;
}

function fileText(artifact: unknown): Html | undefined {
  const { sha256, sizeBytes } = (artifact ?? {}) as { sha256?: string; sizeBytes?: number };
  if (typeof sizeBytes !== 'number') return undefined;
  return html`${sizeText(sizeBytes)}${sha256 && html`, SHA-256 <code title=${sha256}>${shortHash(sha256)}</code>`}`;
}

function versionText(version: unknown): Html | undefined {
  const { versionId, key } = (version ?? {}) as { versionId?: string; key?: string };
  return versionId === undefined ? undefined : html`<code>${versionId}</code> in S3, under <code>${key}</code>`;
}

function lookFurther(config: Config, app: NamedApp, temporalUrl: string | null): Html {
  return html`<span class="link-line">
    <a href=${appHistoryHref(app)}>where this app stands</a> ${inQmc(config, app.site)} ${temporalUrl && outside(temporalUrl, 'workflow in Temporal')}
  </span>`;
}
