import { z } from 'zod';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { siteOf } from '../../../config/lookup.ts';
import type { Config } from '../../../config/types.ts';
import type { ConsolePerson } from '../../../ledger/console-people.ts';
import { EVERY_SITE, type Pause, type PausedBy } from '../../../ledger/pauses.ts';
import { redirectWith } from '../../html/flash.ts';
import { button, form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { siteName } from '../../html/links.ts';
import { showPage } from '../../html/show-page.ts';
import { ago } from '../../html/time.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readForm } from '../../server/read-form.ts';
import { requireRight, whyNotOperate, type WhyNot } from '../../sign-in/rights.ts';

const place = z.string().min(1).max(40);
const pauseForm = z.object({ site: place, why: z.string().trim().min(1, 'say why').max(500) });
const resumeForm = z.object({ site: place });

/** Where nothing new is to be begun for a while: at a site, or at all of them. */
export function addPausePage(server: ConsoleServer, context: ConsoleContext): void {
  const { config, ledger } = context;

  server.get('/pause', async (request, reply) => {
    const pauses = await ledger.pausesInForce();
    const body = pauseBody(config, pauses, request.formToken, whyNotOperate(personIn(request)));
    const page = { title: 'Pause', body, current: '/pause', styles: 'promotions.css' } as const;
    return showPage(context, request, reply, page);
  });

  server.post('/pause', async (request, reply) => {
    const person = personIn(request);
    requireRight(whyNotOperate(person));
    const { site, why } = readForm(request, pauseForm);
    requireSite(config, site);
    const pause = await ledger.pauseSite({ site, why, by: whoIs(person) });
    const text = pause.isNew
      ? `${placeName(config, site)} is paused. What runs goes on to its end.`
      : `${placeName(config, site)} was paused before, by ${pause.by.account}: ${pause.why}`;
    return redirectWith(context, reply, '/pause', { tone: pause.isNew ? 'good' : 'bad', text });
  });

  server.post('/resume', async (request, reply) => {
    const person = personIn(request);
    requireRight(whyNotOperate(person));
    const { site } = readForm(request, resumeForm);
    requireSite(config, site);
    const ended = await ledger.resumeSite({ site, by: whoIs(person) });
    const held = site === EVERY_SITE ? undefined : await ledger.pauseOf(site);
    if (held) throw waybillError('WAYBILL_SITE_PAUSED_WITH_ALL', { site, account: held.by.account, why: held.why });
    const name = placeName(config, site);
    const text = ended.length > 0 ? `${name} goes on.` : `${name} was not paused.`;
    return redirectWith(context, reply, '/pause', { tone: 'good', text });
  });
}

function pauseBody(config: Config, pauses: readonly Pause[], token: string, whyNot: WhyNot): Html {
  const places = [EVERY_SITE, ...Object.keys(config.sites)];
  return html`
    <p>At a paused site nothing new is begun: no export, no upload, no change. What runs goes on to its end, and nothing
      is lost: approvals are taken, and are carried out when the site is resumed.</p>
    ${places.map((site) => placePart({ config, site, pause: pauses.find((one) => one.site === site), token, whyNot }))}
  `;
}

interface PlaceParts {
  readonly config: Config;
  readonly site: string;
  readonly pause: Pause | undefined;
  readonly token: string;
  readonly whyNot: WhyNot;
}

function placePart({ config, site, pause, token, whyNot }: PlaceParts): Html {
  const name = placeName(config, site);
  return html`<section class="sheet" aria-label=${name}>
    <h2>${name}</h2>
    ${pause && html`<p>Paused by ${pause.by.account} ${ago(pause.sinceUtc)}: ${pause.why}</p>`}
    ${form({
      action: pause ? '/resume' : '/pause',
      token,
      class: 'filters',
      children: html`<input type="hidden" name="site" value=${site} />
        ${!pause && !whyNot && html`<label>Why <input name="why" required maxlength="500" autocomplete="off" /></label>`}
        ${button({ label: `${pause ? 'Resume' : 'Pause'} ${site === EVERY_SITE ? 'every site' : name}`, whyNot })}`,
    })}
  </section>`;
}

function placeName(config: Config, site: string): string {
  return site === EVERY_SITE ? 'Every site' : siteName(config, site);
}

/** @throws WAYBILL_CONFIG_UNKNOWN_SITE */
function requireSite(config: Config, site: string): void {
  if (site !== EVERY_SITE) siteOf(config, site);
}

function whoIs({ account }: ConsolePerson): PausedBy {
  return { account, door: 'console', asserted: false };
}
