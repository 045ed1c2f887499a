import { z } from 'zod';
import { type Html, html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { whyNotOperate } from '../../sign-in/rights.ts';
import { readOverview } from '../../../views/overview.ts';
import { liveOpenWork } from '../events.ts';
import { siteOptions } from '../promotions/site-options.ts';
import { stuckPart } from './stuck-part.ts';
import { waitingPart } from './waiting-part.ts';

const MOST_ROWS = 50;

const inboxQuery = z.object({ text: z.string().max(200).optional(), site: z.string().max(40).optional() });

/** The first page: what waits for a decision and for whom, and what is stuck and why. */
export function addInboxPage(server: ConsoleServer, context: ConsoleContext): void {
  const { config, ledger } = context;
  server.get('/', async (request, reply) => {
    const person = personIn(request);
    const { text, site } = readQuery(request, inboxQuery);
    const live = await liveOpenWork(context);
    const filter = { text: text?.trim(), site: site || undefined, limit: MOST_ROWS };
    const [overview, people] = await Promise.all([
      readOverview(ledger, { parts: ['waiting', 'stuck'], ...filter }),
      ledger.listPeople(),
    ]);
    const { waiting, stuck, more } = overview;
    const body = html`
      ${filters(context, text, site)}
      ${waitingPart({ config, person, people }, waiting ?? [], more.includes('waiting'))}
      ${stuckPart({
        config,
        stuck: stuck ?? [],
        hasMore: more.includes('stuck'),
        whyNotOperate: whyNotOperate(person),
        token: request.formToken,
      })}
    `;
    return showPage(context, request, reply, { title: 'Inbox', body, current: '/', live, styles: 'promotions.css' });
  });
}

function filters({ config }: ConsoleContext, text: string | undefined, site: string | undefined): Html {
  return html`<form class="filters" method="get" action="/" role="search">
    <label>App or owner <input type="search" name="text" value=${text} /></label>
    <label>From <select name="site">${siteOptions(config, Object.keys(config.sources), site)}</select></label>
    <button>Look</button>
  </form>`;
}
