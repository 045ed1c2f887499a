import type { Config } from '../../../config/types.ts';
import type { Awaiting } from '../../../ledger/awaiting.ts';
import type { KnownPromotion } from '../../../views/find-app.ts';
import type { WhoDecides } from '../../../views/who-decides.ts';
import { facts } from '../../html/facts.ts';
import { form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { appHref, inHub, siteName } from '../../html/links.ts';
import { ago, moment } from '../../html/time.ts';
import type { WhyNot } from '../../sign-in/rights.ts';
import { type ChoiceProblem, type Choices, MOST_CHARACTERS_OF_A_NOTE } from './decision-form.ts';
import type { KnownStreams } from './known-streams.ts';
import { targetFields } from './target-fields.ts';

export interface DecideParts {
  readonly config: Config;
  readonly app: Awaiting;
  readonly who: WhoDecides;
  /** Why this person may not decide about it. */
  readonly whyNot: WhyNot;
  readonly streams: Readonly<Record<string, KnownStreams>>;
  readonly choices: Choices;
  readonly problems: readonly ChoiceProblem[];
  /** The latest approval of an app of this name. */
  readonly before: KnownPromotion | undefined;
  readonly token: string;
}

/** What waits, and what can be decided about it. */
export function decideBody(parts: DecideParts): Html {
  const { config, app, who, whyNot } = parts;
  const { site, appId, owner, stream, publishTimeUtc, waitingSinceUtc, missing } = app;
  return html`
    <section class="sheet" aria-label="What waits">
      ${facts([
        ['App', inHub(config, site, appId, 'open it in the hub')],
        ['Owner', owner],
        ['Stream', stream ?? 'none'],
        ['From', siteName(config, site)],
        ['Published', publishTimeUtc && moment(publishTimeUtc)],
        ['Waits since', html`${moment(waitingSinceUtc)} (${ago(waitingSinceUtc)})`],
        ['Who may decide', who.policy],
        ['On this console', who.people.join(', ')],
      ])}
    </section>
    ${
      missing.length > 0 &&
      html`<div class="notice warn"><p><strong>By its properties in the QMC it cannot be promoted yet:</strong></p>
        <ul>${missing.map((one) => html`<li>${one}</li>`)}</ul></div>`
    }
    ${whyNot === undefined ? decisionForm(parts) : html`<p class="empty">You cannot decide about this app. ${whyNot}</p>`}
  `;
}

function decisionForm(parts: DecideParts): Html {
  const { config, app, streams, choices, problems, before, token } = parts;
  const { site, appId } = app;
  return html`
    <h2>Decide</h2>
    ${problems.length > 0 && problemList(config, problems)}
    ${
      before &&
      html`<p><a class="button" href=${`${appHref(site, appId)}/decide?like=${encodeURIComponent(before.promotionKey)}`}>
        Choose as last time</a> <span class="quiet">${before.appName}, approved by ${before.decision.by.account} ${ago(before.startedAtUtc)}</span></p>`
    }
    ${form({
      action: `${appHref(site, appId)}/preview`,
      token,
      children: html`
        ${Object.entries(choices.targets).map(([target, chosen]) =>
          targetFields({
            name: siteName(config, target),
            target,
            chosen,
            known: streams[target],
            problem: problems.find((one) => one.target === target)?.text,
          }),
        )}
        <label>Note, which is recorded and mailed with the decision
          <textarea name="note" rows="3" maxlength=${MOST_CHARACTERS_OF_A_NOTE}>${choices.note}</textarea></label>
        <div class="actions">
          <button class="main" name="verdict" value="approve">Preview the approval</button>
          <button class="danger" name="verdict" value="deny">Preview the denial</button>
        </div>
        <p class="quiet">Nothing happens yet: the next page says what would, and asks once more.</p>
      `,
    })}
  `;
}

function problemList(config: Config, problems: readonly ChoiceProblem[]): Html {
  return html`<div class="notice bad" role="alert">
    ${problems.map(({ target, text }) =>
      target === undefined
        ? html`<p>${text}</p>`
        : html`<p><a href=${`#target-${target}`}>${siteName(config, target)}</a>: ${text}</p>`,
    )}
  </div>`;
}
