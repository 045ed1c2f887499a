import { z } from 'zod';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { whyNotWritable } from '../../../config/edit/save-file.ts';
import { pathText } from '../../../config/problem.ts';
import { redirectWith } from '../../html/flash.ts';
import { button, form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { table } from '../../html/table.ts';
import { moment } from '../../html/time.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readForm, readQuery } from '../../server/read-form.ts';
import { requireRight, whyNotAdminister, type WhyNot } from '../../sign-in/rights.ts';
import { type Plan, planOfVersion, requireSame } from '../../settings/plan-change.ts';
import { saveChange } from '../../settings/save-change.ts';
import { type WrittenSettings, writtenSettings } from '../../settings/written-settings.ts';
import type { SettingsVersion } from '../../../ledger/settings-versions.ts';
import { changeBody, saveButton } from './review-body.ts';
import { orConflict } from './save-page.ts';

const ROWS_OF_A_PAGE = 50;
const number = z.coerce.number().int().positive();
const listQuery = z.object({ before: number.optional() });
const versionQuery = z.object({ n: number });
const bringBackForm = z.object({ n: number, fingerprint: z.string().max(64) });

/** What stood in the file, who saved it, and the way back to it. */
export function addVersionPages(server: ConsoleServer, context: ConsoleContext): void {
  const { ledger } = context;
  server.get('/settings/versions', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const { before } = readQuery(request, listQuery);
    const found = await ledger.listSettingsVersions({ beforeN: before, limit: ROWS_OF_A_PAGE + 1 });
    const { fingerprint } = await writtenSettings(context);
    const body = versionList(found, fingerprint);
    return showPage(context, request, reply, {
      title: 'Versions of the settings',
      body,
      current: '/settings',
      styles: 'settings.css',
    });
  });

  server.get('/settings/version', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const { n } = readQuery(request, versionQuery);
    const { version, plan, written } = await planBack(context, n);
    const token = request.formToken;
    const parts = { token, written, plan, whyNotWritable: await whyNotWritable(written.file) };
    const body = html`<p><a href="/settings/versions">All versions</a></p>
      ${versionFacts(version)}
      ${
        plan.text === written.text
          ? html`<p>This is what stands in the file now.</p>`
          : html`<h2>What bringing it back would change</h2>
              ${plan.problems.map(({ path, text }) => html`<p class="wrong"><code>${pathText(path)}</code> ${text}</p>`)}
              ${changeBody(parts)} ${bringBack(parts, n)}`
      }`;
    return showPage(context, request, reply, {
      title: `Version ${n}`,
      body,
      current: '/settings',
      styles: 'settings.css',
    });
  });

  server.post('/settings/bring-back', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const { n, fingerprint } = readForm(request, bringBackForm);
    return orConflict(context, request, reply, async () => {
      const { plan, written } = await planBack(context, n);
      requireSame(written, fingerprint);
      const [problem] = plan.problems;
      if (problem) {
        const text = `Version ${n} was not brought back: ${pathText(problem.path)}: ${problem.text}`;
        return redirectWith(context, reply, `/settings/version?n=${n}`, { tone: 'bad', text });
      }
      const made = await saveChange(context, request, written, { ...plan, pending: [], broughtBack: n });
      const text = `Version ${n} was brought back; it is version ${made} now.`;
      return redirectWith(context, reply, '/settings', { tone: 'good', text });
    });
  });
}

interface WayBack {
  readonly version: SettingsVersion;
  readonly plan: Plan;
  readonly written: WrittenSettings;
}

/** @throws WAYBILL_SETTINGS_NO_VERSION */
async function planBack(context: ConsoleContext, n: number): Promise<WayBack> {
  const version = await context.ledger.findSettingsVersion(n);
  if (!version) throw waybillError('WAYBILL_SETTINGS_NO_VERSION', { n });
  const written = await writtenSettings(context);
  return { version, written, plan: planOfVersion(context, written, version.yaml) };
}

function versionList(found: readonly SettingsVersion[], fingerprint: string): Html {
  const rows = found.slice(0, ROWS_OF_A_PAGE);
  const last = rows.at(-1);
  return html`<p><a href="/settings">All settings</a></p>
    ${table({
      caption: 'Versions of the settings',
      rows,
      empty: 'Nothing was saved on the console yet.',
      columns: [
        { head: 'Version', cell: ({ n }) => html`<a href=${`/settings/version?n=${n}`}>Version ${n}</a>` },
        { head: 'Saved', cell: ({ savedAtUtc }) => moment(savedAtUtc) },
        { head: 'By', cell: whoOf },
        { head: 'Changed', cell: ({ what }) => what.join(', ') },
        { head: 'Now', cell: (version) => (version.fingerprint === fingerprint ? 'stands in the file' : '') },
      ],
    })}
    ${found.length > rows.length && last && html`<p><a class="button" href=${`/settings/versions?before=${last.n}`}>Older ones</a></p>`}`;
}

function versionFacts(version: SettingsVersion): Html {
  const { savedAtUtc, what } = version;
  return html`<p>
    ${version.savedBy === undefined ? 'It stood in the file by hand when somebody saved on the console' : `Saved by ${version.savedBy}`}: ${moment(savedAtUtc)}${what.length > 0 && html`; changed: ${what.join(', ')}`}
  </p>`;
}

function whoOf({ savedBy }: SettingsVersion): string {
  return savedBy ?? 'by hand, in the file';
}

interface BringBackParts {
  readonly token: string;
  readonly written: WrittenSettings;
  readonly plan: Plan;
  readonly whyNotWritable: string | undefined;
}

function bringBack({ token, written, plan, whyNotWritable: why }: BringBackParts, n: number): Html {
  const whyNot: WhyNot = plan.problems.length > 0 ? 'This version does not fit any more, as said above.' : undefined;
  const label = `Bring version ${n} back`;
  return form({
    action: '/settings/bring-back',
    token,
    children: html`<input type="hidden" name="n" value=${n} />
      <input type="hidden" name="fingerprint" value=${written.fingerprint} />
      ${whyNot === undefined ? saveButton(why, label) : button({ label, whyNot })}`,
  });
}
