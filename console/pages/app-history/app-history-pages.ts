import { z } from 'zod';
import { appHistory } from '../../../views/apps/app-history.ts';
import { html } from '../../html/html.ts';
import { siteName } from '../../html/links.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { whyNotOperate } from '../../sign-in/rights.ts';
import { addAppList } from './app-list.ts';
import { addDownloads } from './downloads.ts';
import { promotionsPart } from './promotions-part.ts';
import { standingPart } from './standing-part.ts';

const historyQuery = z.object({ site: z.string().min(1).max(100), name: z.string().min(1).max(300) });

/** Apps that were decided about, where each stands, and the files that were kept of it. */
export function addAppHistoryPages(server: ConsoleServer, context: ConsoleContext): void {
  addAppList(server, context);
  addDownloads(server, context);
  server.get('/apps/history', async (request, reply) => {
    const { site, name } = readQuery(request, historyQuery);
    const history = await appHistory(context.ledger, { site, appName: name });
    const whyNot = context.files
      ? whyNotOperate(personIn(request))
      : 'This console was started without the stores of files.';
    const body = html`
      <p class="quiet">As it is called on ${siteName(context.config, site)}. <a href="/apps">All apps</a></p>
      ${standingPart(context.config, history)} ${promotionsPart(context.config, history, whyNot)}
    `;
    return showPage(context, request, reply, { title: name, body, current: '/apps', styles: 'promotions.css' });
  });
}
