import { isReference } from '../../../config/edit/secret-settings.ts';
import { type Html, html } from '../../html/html.ts';
import type { FieldOf } from '../../settings/fields.ts';
import type { Sent } from '../../settings/read-fields.ts';
import { idOf } from './field-names.ts';

/** The inputs of a secret. What it is can be told to the page, and never by it. */
export function secretInput(field: FieldOf<'secret'>, sent: Sent | undefined): Html {
  const { name, reference, isLiteral, unset } = field;
  const typed = sent?.[`ref:${name}`] ?? reference;
  const pending = sent?.[`pending:${name}`] ?? '';
  const isThere = reference !== '' || isLiteral;
  return html`<div class="secret">
    <p>${stateText(field, pending)}</p>
    ${pending !== '' && html`<input type="hidden" name=${`pending:${name}`} value=${pending} />`}
    <label>
      <span class="quiet">New secret; it is kept in a file of its own</span>
      <input type="password" id=${idOf(field)} aria-describedby=${`${idOf(field)}-help`} name=${`new:${name}`} autocomplete="new-password" />
    </label>
    <label>
      <span class="quiet">or where it is kept, as in ${'${env:NAME}'} or ${'${file:PATH}'}</span>
      <input name=${`ref:${name}`} value=${isReference(typed) ? typed : ''} autocomplete="off" spellcheck="false" />
    </label>
    ${
      isThere &&
      unset !== undefined &&
      html`<label><input type="checkbox" name=${`clear:${name}`} value="yes" checked=${sent?.[`clear:${name}`] === 'yes'} /> take it out</label>`
    }
  </div>`;
}

function stateText({ reference, isLiteral }: FieldOf<'secret'>, pending: string): Html {
  if (pending !== '') return html`<span>A new secret was typed. It is not saved yet.</span>`;
  if (reference !== '') return html`<span>Kept in <code>${reference}</code></span>`;
  return isLiteral ? html`<span>Set; it stands in the file itself.</span>` : html`<span>Not set.</span>`;
}
