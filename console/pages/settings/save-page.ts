import type { FastifyReply, FastifyRequest } from 'fastify';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { redirectWith } from '../../html/flash.ts';
import { html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { requireRight, whyNotAdminister } from '../../sign-in/rights.ts';
import { pendingIn, requireSame } from '../../settings/plan-change.ts';
import { saveChange } from '../../settings/save-change.ts';
import { fieldAt, writtenSettings } from '../../settings/written-settings.ts';
import { showForm } from './form-pages.ts';
import { planOf } from './review-page.ts';
import { readSettingsForm } from './sent-form.ts';

/** Saves what was looked at before, after it was checked once more. */
export function addSave(server: ConsoleServer, context: ConsoleContext): void {
  server.post('/settings/save', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const sentForm = readSettingsForm(request);
    return orConflict(context, request, reply, async () => {
      const written = await writtenSettings(context);
      requireSame(written, sentForm.fingerprint);
      const plan = await planOf(context, written, sentForm);
      if (plan.problems.length > 0) {
        const field = fieldAt(written, sentForm.path);
        return showForm(context, request, reply, { ...sentForm, field, problems: plan.problems });
      }
      if (plan.text === written.text) {
        return redirectWith(context, reply, '/settings', { tone: 'good', text: 'Nothing was to be changed.' });
      }
      const n = await saveChange(context, request, written, { ...plan, pending: pendingIn(sentForm.sent) });
      const text = `Saved as version ${n}. Each process tells here whether it has taken it over.`;
      return redirectWith(context, reply, '/settings', { tone: 'good', text });
    });
  });
}

/** Does it; where the file was changed by somebody else meanwhile, says so and leads on. */
export async function orConflict(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (!isWaybillError(error) || error.code !== 'WAYBILL_SETTINGS_CHANGED_MEANWHILE') throw error;
    const body = html`<div class="notice bad" role="alert">
        <p>${error.message}</p>
        <p>${error.remedy}</p>
      </div>
      <p class="actions">
        <a class="button main" href="/settings">Open the settings again</a>
        <a class="button" href="/settings/versions">See who saved what</a>
      </p>`;
    return showPage(context, request, reply.code(409), {
      title: 'Somebody was faster',
      body,
      current: '/settings',
      styles: 'settings.css',
    });
  }
}
