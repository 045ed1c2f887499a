import { withMaskedSecrets } from '../../../config/edit/mask-secrets.ts';
import { mask } from '../../../config/secret-ref.ts';
import { button, form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import type { Plan } from '../../settings/plan-change.ts';
import type { WrittenSettings } from '../../settings/written-settings.ts';
import { diffHtml } from './diff-html.ts';
import { headFields } from './form-body.ts';
import type { SentForm } from './sent-form.ts';

export interface ReviewParts {
  readonly token: string;
  readonly written: WrittenSettings;
  readonly plan: Plan;
  /** Why the file cannot be written from here. */
  readonly whyNotWritable: string | undefined;
}

/** A change of settings before it is saved: what differs in the file, and the way back. */
export function reviewBody(parts: ReviewParts, sentForm: SentForm): Html {
  const { token, written, plan, whyNotWritable } = parts;
  const { act } = sentForm;
  if (plan.text === written.text) {
    return html`<p>Nothing differs from what stands in the file.</p>
      ${form({ action: '/settings/form', token, children: html`${carried(sentForm)}<button>Back to the form</button>` })}`;
  }
  return html`${changeBody(parts)}
    <div class="actions">
      ${form({
        action: '/settings/save',
        token,
        children: html`${carried(sentForm)}${saveButton(whyNotWritable)}`,
      })}
      ${
        act !== 'remove' &&
        form({ action: '/settings/form', token, children: html`${carried(sentForm)}<button>Go on editing</button>` })
      }
      ${form({ action: '/settings/discard', token, children: html`${carried(sentForm)}<button class="danger">Discard</button>` })}
    </div>`;
}

/** What would change, and what else is to be known of it. */
export function changeBody({ written, plan, whyNotWritable }: ReviewParts): Html {
  return html`<p>
      This would change${' '}
      ${plan.changed.map((setting, index) => html`${index > 0 && ', '}<code>${setting}</code>`)} in${' '}
      <code>${written.file}</code>. Nothing is saved yet.
    </p>
    ${diffHtml(written.text, plan.text)} ${whyNotWritable !== undefined && byHand(plan.text, whyNotWritable)}`;
}

/** The button that saves, or that says why it cannot. */
export function saveButton(whyNotWritable: string | undefined, label = 'Save'): Html {
  const whyNot = whyNotWritable && `The file cannot be written from here: ${whyNotWritable}.`;
  return button({ label, class: 'main', whyNot });
}

function byHand(text: string, why: string): Html {
  const masked = withMaskedSecrets(text);
  return html`<section class="notice warn">
    <p>
      The console cannot write the file (${why}), as where it is part of a container. Put this text in its place by hand;
      the processes take it over.${masked.includes(mask) && ` Where it says ${mask}, leave the secret that stands in your file.`}
    </p>
    <textarea readonly rows="14" aria-label="The whole configuration">${masked}</textarea>
  </section>`;
}

/** The whole form, to be sent on. No secret is in it: only the names of files where some are kept. */
function carried({ act, at, fingerprint, name, sent }: SentForm): Html {
  return html`${headFields({ act, at, fingerprint })} ${act === 'add' && html`<input type="hidden" name="name" value=${name} />`}
    ${Object.entries(sent).map(([key, value]) => html`<input type="hidden" name=${key} value=${value} />`)}`;
}
