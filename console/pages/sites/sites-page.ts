import { siteOf } from '../../../config/lookup.ts';
import { startExamination } from '../../../temporal/site-examination.ts';
import { readSites } from '../../../views/sites/read-sites.ts';
import type { SiteFacts } from '../../../views/sites/site-facts.ts';
import { redirectWith } from '../../html/flash.ts';
import { type Html, html } from '../../html/html.ts';
import { siteName } from '../../html/links.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { requireRight, whyNotOperate } from '../../sign-in/rights.ts';
import { sitePart } from './site-part.ts';
import { createSitesLook, type WorkersLook } from './sites-look.ts';
import { liveTests } from './tests-topic.ts';

/** Temporal is to take the order within this time; whoever sent it sits before the page. */
const ORDER_MS = 5000;

/** How every source and target is, and a test of the way there. */
export function addSitesPage(server: ConsoleServer, context: ConsoleContext): void {
  const { config, ledger } = context;
  const lookAtSites = createSitesLook(context);

  server.get('/sites', async (request, reply) => {
    const [pauses, look] = await Promise.all([ledger.pausesInForce(), lookAtSites()]);
    const sites = readSites(config, pauses, look);
    const whyNot = whyNotOperate(personIn(request));
    const part = (facts: SiteFacts) => sitePart({ config, facts, token: request.formToken, whyNot, nowMs: Date.now() });
    const body = html`${awayNotice(look)} ${sites.map(part)} ${sites.length === 0 && noSites}`;
    const isTesting = sites.some(({ test }) => test?.state === 'running');
    const live = isTesting ? liveTests(look?.tests ?? {}) : undefined;
    return showPage(context, request, reply, { title: 'Sites', body, current: '/sites', live, styles: 'sites.css' });
  });

  server.post<{ Params: { site: string } }>('/sites/:site/test', async (request, reply) => {
    requireRight(whyNotOperate(personIn(request)));
    const { alias } = siteOf(config, request.params.site);
    const { client } = await context.temporal();
    await startExamination(config, client, alias, ORDER_MS);
    const text = `The connection to ${siteName(config, alias)} is being tested. What is found stands below in a moment.`;
    return redirectWith(context, reply, '/sites', { tone: 'good', text });
  });
}

const noSites = html`<p class="empty">No site is a source or a target yet.</p>`;

function awayNotice(look: WorkersLook | undefined): Html | undefined {
  if (look === undefined)
    return html`<div class="notice bad"><p><strong>Temporal does not answer.</strong> How the sites are is not known, and
      nothing goes on until it is back; then all goes on by itself. It is asked again in a few seconds.</p></div>`;
  if (look.hasWorker) return undefined;
  return html`<div class="notice bad"><p><strong>No worker is running.</strong> Nothing goes on anywhere, and nothing is
    lost. Have <code>waybill up</code> or <code>waybill worker</code> started, with this configuration.</p></div>`;
}
