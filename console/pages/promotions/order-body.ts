import { choicesIn } from '../../../views/choices.ts';
import type { Aim } from '../../../views/find-aim.ts';
import { leaveBehind } from '../../../views/leave-behind.ts';
import type { ResolveAction } from '../../../workflows/contract.ts';
import { form } from '../../html/form.ts';
import { type Html, html } from '../../html/html.ts';
import { inHub, promotionHref } from '../../html/links.ts';
import type { ConsoleContext } from '../../server/context.ts';
import type { FoundPromotion } from './found-by-key.ts';

interface OrderBodyParts {
  readonly context: Pick<ConsoleContext, 'config'>;
  readonly found: FoundPromotion;
  readonly aim: Aim;
  readonly action: ResolveAction;
  readonly token: string;
}

const labels: Readonly<Record<ResolveAction, string>> = {
  retry: 'Try it again',
  skip: 'Do without this target',
  abort: 'Abort it',
};

/** What the order does and leaves behind, and the button that gives it. */
export function orderBody(parts: OrderBodyParts): Html {
  const { found, aim, action, token } = parts;
  const href = promotionHref(found.promotion.promotionKey);
  return form({
    action: `${href}/orders`,
    token,
    class: 'sheet',
    children: html`
      <input type="hidden" name="action" value=${action} />
      <input type="hidden" name="target" value=${aim.target ?? ''} />
      ${action === 'retry' ? choicePart(parts) : leftBehindPart(parts, action)}
      <label>Note, which is recorded <textarea name="note" rows="2" maxlength="1000"></textarea></label>
      <div class="actions">
        <button class=${action === 'retry' ? 'main' : 'danger'}>${labels[action]}</button>
        <a class="button" href=${href}>Leave it as it is</a>
      </div>
    `,
  });
}

function leftBehindPart({ context, found, aim }: OrderBodyParts, action: 'skip' | 'abort'): Html {
  const { lines } = leaveBehind(context.config, action, found, aim);
  return html`<h2>What this leaves behind</h2>
    <ul class="preview">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

/** Several apps bear the name: one of them is replaced, or all. */
function choicePart({ context, found, aim }: OrderBodyParts): Html {
  const { target, trouble } = aim;
  const choices = choicesIn(trouble);
  if (target === undefined || choices.length === 0) return html`<p>It is tried again at once.</p>`;
  return html`<fieldset class="choices">
    <legend>Which of the apps named ${found.appName} is to be replaced?</legend>
    ${choices.map(
      (id) => html`<label><input type="radio" name="choose" value=${id} required />
        <code>${id}</code> ${inHub(context.config, target, id, 'look at it in the hub')}</label>`,
    )}
    <label><input type="radio" name="choose" value="all" required /> all of them</label>
  </fieldset>`;
}
