import { pathText } from '../../../config/problem.ts';
import { badge } from '../../html/badge.ts';
import { form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import type { Field } from '../../settings/fields.ts';
import { addressOf, titleOf } from '../../settings/groups.ts';
import type { FieldProblem } from '../../settings/plan-change.ts';
import type { Sent } from '../../settings/read-fields.ts';
import { trialOf, type TrialSteps } from '../../settings/try-settings.ts';
import { fieldHtml, problemsOf } from './field-html.ts';
import { idOf, labelOfField } from './field-names.ts';
import type { SentForm } from './sent-form.ts';

/** A form of the settings, as it is shown. */
export interface FormParts extends Pick<SentForm, 'act' | 'at' | 'name' | 'to' | 'fingerprint'> {
  readonly token: string;
  readonly field: Field;
  /** What was typed, where it is shown once more. */
  readonly sent?: Sent;
  readonly problems?: readonly FieldProblem[];
  readonly tried?: TrialSteps;
}

/** The page of a group of settings, or of an entry. */
export function formBody(parts: FormParts): Html {
  const { act, at, field, token, problems = [], sent, tried, fingerprint } = parts;
  const shown = { sent, problems };
  const above = at.length > 1 || act === 'add' ? (act === 'add' ? at : at.slice(0, -1)) : undefined;
  if (field.kind === 'entries') return html`${aboveLink(above)}${fieldHtml(field, shown)}`;
  return html`${aboveLink(above)}${problemSummary(field, problems)}${tried && triedPart(tried)}
    ${form({
      action: '/settings/review',
      token,
      class: 'settings-form',
      children: html`${headFields(parts)}
        ${
          act === 'add' &&
          html`<label>Name <input name="name" required maxlength="200" value=${parts.name} autocomplete="off" /></label>`
        }
        <div class=${field.kind === 'group' ? undefined : 'sheet'}>${fieldHtml(field, shown)}</div>
        <div class="actions save"><button class="main">Look at the change</button>${trialButton(parts)}</div>`,
    })}
    ${
      act === 'change' &&
      at.length > 1 &&
      form({
        action: '/settings/review',
        token,
        children: html`${headFields({ act: 'remove', at, fingerprint })}
          <button class="danger">Take ${String(at.at(-1))} out</button>`,
      })
    }`;
}

/** What every form of the settings bears. */
export function headFields({ act, at, fingerprint }: Pick<FormParts, 'act' | 'at' | 'fingerprint'>): Html {
  return html`<input type="hidden" name="act" value=${act} />
    <input type="hidden" name="at" value=${addressOf(at)} />
    <input type="hidden" name="fingerprint" value=${fingerprint} />`;
}

function aboveLink(above: FormParts['at'] | undefined): Html {
  const isPage = above !== undefined && above.length > 0;
  const href = isPage ? `/settings/edit?at=${encodeURIComponent(addressOf(above))}` : '/settings';
  return html`<p><a href=${href}>${isPage ? titleOf(above) : 'All settings'}</a></p>`;
}

/** That nothing was saved, and what is wrong: with the way to its field, where the page has one. */
function problemSummary(field: Field, problems: readonly FieldProblem[]): Html | undefined {
  if (problems.length === 0) return undefined;
  return html`<div class="notice bad" role="alert">
    <p>Nothing was saved: ${problems.length === 1 ? 'one thing is' : `${problems.length} things are`} wrong.</p>
    <ul>
      ${problems.map((problem) => html`<li>${placeOf(field, problem)} ${problem.text}</li>`)}
    </ul>
  </div>`;
}

function placeOf(field: Field, problem: FieldProblem): Html {
  const own = fieldsWithin(field).find((one) => one.name !== '' && problemsOf(one, [problem]).length > 0);
  if (own) return html`<a href=${`#${idOf(own)}`}>${labelOfField(own)}</a>`;
  return html`<code>${pathText(problem.path) || 'the file'}</code>`;
}

function fieldsWithin(field: Field): Field[] {
  return 'fields' in field ? [field, ...field.fields.flatMap(fieldsWithin)] : [field];
}

function trialButton({ at, act, field, to }: FormParts): Html | undefined {
  const path = act === 'add' ? field.path : at;
  const trial = trialOf(path);
  if (!trial) return undefined;
  return html`<button formaction="/settings/try" formnovalidate>${trial.label}</button>
    ${
      trial.kind === 'mail' &&
      html`<label class="beside">to <input name="to" value=${to} placeholder="your own address" autocomplete="off" /></label>`
    }
    <span class="quiet">A worker tries what stands in this form; nothing is saved.</span>`;
}

const tones = { ok: 'good', look: 'warn', broken: 'bad', skipped: 'quiet' } as const;

function triedPart(steps: TrialSteps): Html {
  const isBroken = steps.some(({ verdict }) => verdict === 'broken');
  return html`<section class="sheet tried" role="status" aria-label="What the test found">
    <h2>${isBroken ? 'It does not work yet' : 'It works'}</h2>
    <ul class="plain">
      ${steps.map(
        ({ name, verdict, what, remedy }) =>
          html`<li>${badge(verdict, tones[verdict])} <strong>${name}</strong>: ${what}${remedy && html`<br /><span class="quiet">${remedy}</span>`}</li>`,
      )}
    </ul>
    <p class="quiet">Nothing was saved.</p>
  </section>`;
}
