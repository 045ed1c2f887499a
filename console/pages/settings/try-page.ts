import type { FastifyRequest } from 'fastify';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { pathText, type SettingPath } from '../../../config/problem.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { requireRight, whyNotAdminister } from '../../sign-in/rights.ts';
import { addressOf } from '../../settings/groups.ts';
import { settingsEntry } from '../../settings/note-settings.ts';
import { type FieldProblem, requireSame } from '../../settings/plan-change.ts';
import { trialOf, type TrialSteps, trySettings } from '../../settings/try-settings.ts';
import { fieldAt, writtenSettings } from '../../settings/written-settings.ts';
import { showForm } from './form-pages.ts';
import { planOf, withSecretsKept } from './review-page.ts';
import { readSettingsForm } from './sent-form.ts';

/** Has a worker try what stands in a form. Nothing is saved. */
export function addTry(server: ConsoleServer, context: ConsoleContext): void {
  server.post('/settings/try', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const typed = readSettingsForm(request);
    const trial = trialOf(typed.path);
    if (!trial) throw waybillError('WAYBILL_SETTINGS_NO_SUCH', { setting: addressOf(typed.path) });
    const written = await writtenSettings(context);
    requireSame(written, typed.fingerprint);
    const { sentForm, problems: notKept } = await withSecretsKept(typed, written);
    const { path, to } = sentForm;
    const field = fieldAt(written, path);
    const plan = notKept.length > 0 ? undefined : await planOf(context, written, sentForm);
    // What other settings have against it, such as a site that nothing uses yet, does not keep it from being tried.
    const problems = [...notKept, ...(plan?.problems.filter((problem) => isWithin(problem, path)) ?? [])];
    if (!plan || problems.length > 0) return showForm(context, request, reply, { ...sentForm, field, problems });
    const { account } = personIn(request);
    const asked = { path, plan, account, ...(to !== '' && { to }) };
    const tried = await orWhyNot(() => trySettings(context, trial, asked));
    await noteTrial(context, request, path, tried);
    return showForm(context, request, reply, { ...sentForm, field, tried });
  });
}

function isWithin({ path }: FieldProblem, page: SettingPath): boolean {
  return page.every((key, index) => String(path[index]) === String(key));
}

/** Where Temporal cannot be asked, that is what the test found. */
async function orWhyNot(work: () => Promise<TrialSteps>): Promise<TrialSteps> {
  try {
    return await work();
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    return [{ name: 'Temporal', verdict: 'broken', what: error.message, remedy: error.remedy }];
  }
}

async function noteTrial(
  { ledger, logger }: ConsoleContext,
  request: FastifyRequest,
  path: SettingPath,
  tried: TrialSteps,
): Promise<void> {
  const broken = tried.find(({ verdict }) => verdict === 'broken');
  const outcome = broken ? `broken at: ${broken.name}` : 'it works';
  const settings = [pathText(path)];
  await ledger.appendAudit(settingsEntry(request, 'tried', { settings, outcome }));
  logger.info({ by: personIn(request).name, settings, outcome }, 'Settings were tried on the console');
}
