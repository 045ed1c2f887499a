import { waybillError } from '../../../common/errors/catalogue.ts';
import type { WaybillError } from '../../../common/errors/waybill-error.ts';
import { isHtml } from '../../reply-text.ts';
import { type CallPlace, isWrite, type QrsCall } from './call.ts';

/** The largest reply that is read into memory: as JSON about 20,000 full apps. */
export const largestTextBytes = 64 * 1024 * 1024;

/**
 * The JSON of a successful reply; undefined when there is none to a write. An empty answer to a read says nothing: taken
 * for "no such app", it would have apps added twice, or given up.
 * @throws WAYBILL_QRS_REPLY when it is a web page, not whole JSON, or an empty answer to a read
 */
export function parseReply(text: string, call: QrsCall, place: CallPlace): unknown {
  if (text === '' && isWrite(call)) return undefined;
  if (text === '') throw unreadable('it is empty', call, place);
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch {
    throw unreadable(isHtml(text) ? 'it is a web page, not data' : 'it is not whole JSON', call, place);
  }
}

/** The error for a reply that goes over the largest length. */
export function tooLong(call: QrsCall, place: CallPlace): WaybillError {
  return unreadable(`it is longer than ${largestTextBytes} bytes`, call, place);
}

function unreadable(reason: string, call: QrsCall, place: CallPlace): WaybillError {
  return waybillError('WAYBILL_QRS_REPLY', { ...place, doing: call.doing, reason, mayHaveTakenEffect: isWrite(call) });
}
