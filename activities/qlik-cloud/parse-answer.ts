import type { z } from 'zod';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { WaybillError } from '../../common/errors/waybill-error.ts';
import { isHtml } from '../reply-text.ts';
import { type CallPlace, type CloudCall, tenantSetting } from './cloud-call.ts';
import type { BoundedText } from '../read-body.ts';
import type { ReplyHeaders } from './reply-failure.ts';

/**
 * The JSON of a successful answer, checked. Pure.
 * @throws WAYBILL_CLOUD_ANSWER when it is a web page, not whole JSON, or not what is documented
 */
export function parseAnswer<Schema extends z.ZodType>(
  { text, isCut }: BoundedText,
  headers: ReplyHeaders,
  schema: Schema,
  call: CloudCall,
  place: CallPlace,
): z.output<Schema> {
  const type = contentType(headers);
  if (type === 'text/html' || isHtml(text)) throw unreadable(call, place, 'it is a web page, not data');
  if (!/[/+]json$/.test(type)) throw unreadable(call, place, `it is of the type "${type.slice(0, 100)}", not JSON`);
  if (isCut) throw unreadable(call, place, 'it is longer than any that is documented');
  const read = schema.safeParse(parsed(text, call, place));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = issue?.path.map(String).join('.') || 'the whole';
  throw unreadable(call, place, `${path} is not as documented (${issue?.message})`);
}

/** The media type of a reply in small letters, without its parameters; empty when it does not say. */
export function contentType(headers: ReplyHeaders): string {
  const value = headers['content-type'];
  return typeof value === 'string' ? (value.split(';', 1)[0] ?? '').trim().toLowerCase() : '';
}

/** The error for an answer that is not what is documented. */
export function unreadable(call: CloudCall, place: CallPlace, reason: string): WaybillError {
  const facts = { ...place, doing: call.doing, setting: tenantSetting(place.tenant, 'url'), reason };
  return waybillError('WAYBILL_CLOUD_ANSWER', facts);
}

function parsed(text: string, call: CloudCall, place: CallPlace): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw unreadable(call, place, text === '' ? 'it is empty' : 'it is not whole JSON');
  }
}
