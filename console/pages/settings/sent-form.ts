import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { waybillError } from '../../../common/errors/catalogue.ts';
import type { SettingPath } from '../../../config/problem.ts';
import { readForm } from '../../server/read-form.ts';
import { isNamed, pathOfAddress, schemaOf } from '../../settings/groups.ts';
import type { Sent } from '../../settings/read-fields.ts';

/** What is done: settings are changed, or an entry is added or taken out. */
const acts = ['change', 'add', 'remove'] as const;

export type Act = (typeof acts)[number];

/** A form of the settings, as it was sent. */
export interface SentForm {
  readonly act: Act;
  /** The page that it was sent from; for an entry that is added, the group it is added to. */
  readonly at: SettingPath;
  /** The setting that it is about. */
  readonly path: SettingPath;
  /** Of the file that the form was made from. */
  readonly fingerprint: string;
  /** Name of an entry that is added. */
  readonly name: string;
  /** Where a test mail goes; empty: to whoever asks. */
  readonly to: string;
  readonly sent: Sent;
}

const head = z.object({
  act: z.enum(acts),
  at: z.string().max(1000),
  fingerprint: z.string().max(64),
  name: z.string().trim().max(200).default(''),
  to: z.string().trim().max(320).default(''),
});
const values = z.record(z.string().max(400), z.string().max(100_000));
const isField = /^(v|has|none|ref|clear|new|pending):/;

/** Reads a form of the settings. @throws WAYBILL_CONSOLE_FORM_REFUSED, WAYBILL_SETTINGS_NO_SUCH */
export function readSettingsForm(request: FastifyRequest): SentForm {
  const { act, at: address, fingerprint, name, to } = readForm(request, head);
  const at = pathOfAddress(address);
  if (act === 'add' && !isNamed(at)) throw waybillError('WAYBILL_SETTINGS_NO_SUCH', { setting: address });
  const path = act === 'add' ? [...at, name] : at;
  if (path.length > 0) schemaOf(path);
  const sent = Object.fromEntries(Object.entries(readForm(request, values)).filter(([key]) => isField.test(key)));
  return { act, at, path, fingerprint, name, to, sent };
}
