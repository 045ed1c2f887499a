import { type Html, html } from '../../html/html.ts';
import { appHref, siteName } from '../../html/links.ts';
import { table } from '../../html/table.ts';
import { ago } from '../../html/time.ts';
import { whyNotDecide } from '../../sign-in/may-decide.ts';
import type { Config } from '../../../config/types.ts';
import type { ConsolePerson } from '../../../ledger/console-people.ts';
import type { WaitingApp } from '../../../views/overview.ts';
import { whoDecides } from '../../../views/who-decides.ts';

export interface InboxReader {
  readonly config: Config;
  readonly person: ConsolePerson;
  /** Everybody who may sign in. */
  readonly people: readonly ConsolePerson[];
}

/** What waits for this person, and what waits for others. */
export function waitingPart(reader: InboxReader, waiting: readonly WaitingApp[], hasMore: boolean): Html {
  const { config, person } = reader;
  const whys = new Map(waiting.map((app) => [app, whyNotDecide(config, person, app)]));
  const mine = waiting.filter((app) => whys.get(app) === undefined);
  const others = waiting.filter((app) => whys.get(app) !== undefined);
  return html`
    <section aria-labelledby="mine">
      <h2 id="mine">Waits for you (${mine.length})</h2>
      ${waitingTable(reader, mine, 'Apps that wait for your decision', 'Nothing waits for your decision.')}
    </section>
    ${
      others.length > 0 &&
      html`<section aria-labelledby="others">
        <h2 id="others">Waits for others (${others.length})</h2>
        ${waitingTable(reader, others, 'Apps that wait for the decision of others', '', (app) => whys.get(app))}
      </section>`
    }
    ${hasMore && html`<p class="quiet">There are more; look for an app by its name above.</p>`}
  `;
}

function waitingTable(
  { config, person, people }: InboxReader,
  rows: readonly WaitingApp[],
  caption: string,
  empty: string,
  whyNot?: (app: WaitingApp) => string | undefined,
): Html {
  return table({
    caption,
    rows,
    empty,
    columns: [
      {
        head: 'App',
        cell: ({ site, appId, appName, missing }) => html`
          <a href=${`${appHref(site, appId)}/decide`}><strong>${appName}</strong></a>
          ${missing.map((one) => html`<div class="quiet">${one}</div>`)}
        `,
      },
      { head: 'Stream', cell: ({ stream }) => stream ?? 'none' },
      { head: 'From', cell: ({ site }) => siteName(config, site) },
      { head: 'Owner', cell: ({ owner }) => owner },
      { head: 'Waits since', cell: ({ waitingSinceUtc }) => ago(waitingSinceUtc) },
      whyNot
        ? { head: 'Why not you', cell: (app) => html`<span class="quiet">${whyNot(app)}</span>` }
        : { head: 'Also for', cell: (app) => alsoFor(config, app, person, people) },
    ],
  });
}

/** Who else could decide about it. */
function alsoFor(config: Config, app: WaitingApp, person: ConsolePerson, people: readonly ConsolePerson[]): string {
  const { policy, people: able } = whoDecides(config, app, people);
  const others = able.filter((name) => name !== person.displayName);
  return others.length > 0 ? others.join(', ') : policy;
}
