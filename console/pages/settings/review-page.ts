import { whyNotWritable } from '../../../config/edit/save-file.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { valueAt } from '../../../config/findings.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { requireRight, whyNotAdminister } from '../../sign-in/rights.ts';
import {
  type FieldProblem,
  type Plan,
  planOfEdits,
  planOfForm,
  requireSame,
  withKeptSecrets,
} from '../../settings/plan-change.ts';
import { fieldAt, type WrittenSettings, writtenSettings } from '../../settings/written-settings.ts';
import { showForm } from './form-pages.ts';
import { reviewBody } from './review-body.ts';
import { readSettingsForm, type SentForm } from './sent-form.ts';

/** Shows what a form would change in the file, or what is wrong with it. Nothing is saved. */
export function addReview(server: ConsoleServer, context: ConsoleContext): void {
  server.post('/settings/review', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const typed = readSettingsForm(request);
    const written = await writtenSettings(context);
    requireSame(written, typed.fingerprint);
    const { sentForm, problems } = await withSecretsKept(typed, written);
    const plan = problems.length > 0 ? undefined : await planOf(context, written, sentForm);
    const wrong = [...problems, ...(plan?.problems ?? [])];
    if (!plan || wrong.length > 0) {
      const field = fieldAt(written, sentForm.path);
      const act = sentForm.act === 'remove' ? 'change' : sentForm.act;
      const sent = sentForm.act === 'remove' ? undefined : sentForm.sent;
      return showForm(context, request, reply, { ...sentForm, act, sent, field, problems: wrong });
    }
    const parts = { token: request.formToken, written, plan, whyNotWritable: await whyNotWritable(written.file) };
    const body = reviewBody(parts, sentForm);
    return showPage(context, request, reply, {
      title: 'Look at the change',
      body,
      current: '/settings',
      styles: 'settings.css',
    });
  });
}

/** The file with what was sent. */
export async function planOf(context: ConsoleContext, written: WrittenSettings, sentForm: SentForm): Promise<Plan> {
  const { act, at, path, name, sent } = sentForm;
  if (act === 'remove') return planOfEdits(context, written, [{ path }]);
  if (act === 'add') {
    const group = valueAt(written.value, at);
    const isTaken = typeof group === 'object' && group !== null && Object.hasOwn(group, name);
    const text = name === '' ? 'it needs a name' : isTaken ? `there is one of the name ${name} already` : undefined;
    if (text !== undefined) return { text: written.text, changed: [], problems: [{ path, text }] };
  }
  return planOfForm(context, written, fieldAt(written, path), sent);
}

/** The form without the text of any secret: each one that was typed lies in a file of its own. */
export async function withSecretsKept(
  sentForm: SentForm,
  written: WrittenSettings,
): Promise<{ readonly sentForm: SentForm; readonly problems: readonly FieldProblem[] }> {
  try {
    const field = fieldAt(written, sentForm.path);
    return { sentForm: { ...sentForm, sent: await withKeptSecrets(field, sentForm.sent, written.file) }, problems: [] };
  } catch (error) {
    if (!isWaybillError(error) || error.code !== 'WAYBILL_SETTINGS_SECRET_NOT_KEPT') throw error;
    const text = `${error.message} ${error.remedy}`;
    return { sentForm: withoutTyped(sentForm), problems: [{ path: sentForm.path, text }] };
  }
}

function withoutTyped(sentForm: SentForm): SentForm {
  const others = Object.entries(sentForm.sent).filter(([key]) => !key.startsWith('new:'));
  return { ...sentForm, sent: Object.fromEntries(others) };
}
