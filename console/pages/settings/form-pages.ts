import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { forgetSecret } from '../../../config/edit/secret-files.ts';
import { valueAt } from '../../../config/findings.ts';
import { waybillError } from '../../../common/errors/catalogue.ts';
import type { SettingPath } from '../../../config/problem.ts';
import { redirectWith } from '../../html/flash.ts';
import { html } from '../../html/html.ts';
import { showPage } from '../../html/show-page.ts';
import { type ConsoleContext, type ConsoleServer, personIn } from '../../server/context.ts';
import { readQuery } from '../../server/read-form.ts';
import { requireRight, whyNotAdminister } from '../../sign-in/rights.ts';
import { addressOf, isNamed, pathOfAddress, titleOf } from '../../settings/groups.ts';
import { pendingIn, requireSame } from '../../settings/plan-change.ts';
import { fieldAt, writtenSettings } from '../../settings/written-settings.ts';
import { formBody, type FormParts } from './form-body.ts';
import { readSettingsForm } from './sent-form.ts';

const query = z.object({ at: z.string().max(1000).default('') });

/** The forms of groups and entries, and the way back to them. */
export function addSettingsForms(server: ConsoleServer, context: ConsoleContext): void {
  server.get('/settings/edit', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const at = pathOfAddress(readQuery(request, query).at);
    const written = await writtenSettings(context);
    requireEntry(at, written.value);
    const { fingerprint } = written;
    const parts = { act: 'change', at, name: '', to: '', fingerprint, field: fieldAt(written, at) } as const;
    return showForm(context, request, reply, parts);
  });

  server.get('/settings/add', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const { at: address } = readQuery(request, query);
    const at = pathOfAddress(address);
    if (!isNamed(at)) throw waybillError('WAYBILL_SETTINGS_NO_SUCH', { setting: address });
    const written = await writtenSettings(context);
    const { fingerprint } = written;
    const field = fieldAt({ value: {} }, [...at, '']);
    return showForm(context, request, reply, { act: 'add', at, name: '', to: '', fingerprint, field });
  });

  server.post('/settings/form', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const sentForm = readSettingsForm(request);
    const written = await writtenSettings(context);
    requireSame(written, sentForm.fingerprint);
    return showForm(context, request, reply, { ...sentForm, field: fieldAt(written, sentForm.path) });
  });

  server.post('/settings/discard', async (request, reply) => {
    requireRight(whyNotAdminister(personIn(request)));
    const { at, act, sent } = readSettingsForm(request);
    const { file } = await writtenSettings(context);
    for (const name of pendingIn(sent)) if (/^\w[\w.-]*$/.test(name)) await forgetSecret(file, name);
    return redirectWith(context, reply, editPath(act === 'remove' ? at.slice(0, -1) : at), {
      tone: 'good',
      text: 'Discarded. Nothing was changed.',
    });
  });
}

/** Shows a form; with problems it was not taken. */
export async function showForm(
  context: ConsoleContext,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: Omit<FormParts, 'token'>,
): Promise<FastifyReply> {
  const { act, at, problems = [] } = parts;
  const title = act === 'add' ? `${titleOf(at)}: add one` : titleOf(at);
  if (problems.length > 0) reply.code(422);
  const body = html`${formBody({ ...parts, token: request.formToken })}`;
  return showPage(context, request, reply, { title, body, current: '/settings', styles: 'settings.css' });
}

/** Where the settings of a page are changed. */
export function editPath(at: SettingPath): string {
  return at.length === 0 ? '/settings' : `/settings/edit?at=${encodeURIComponent(addressOf(at))}`;
}

/** @throws WAYBILL_SETTINGS_NO_SUCH */
function requireEntry(at: SettingPath, value: unknown): void {
  const isEntry = at.length > 1 && isNamed(at.slice(0, -1));
  if (!isEntry) return;
  const group = valueAt(value, at.slice(0, -1));
  const isThere = typeof group === 'object' && group !== null && Object.hasOwn(group, at.at(-1) ?? '');
  if (!isThere) throw waybillError('WAYBILL_SETTINGS_NO_SUCH', { setting: addressOf(at) });
}
