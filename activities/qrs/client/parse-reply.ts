import { waybillError } from '../../../common/errors/catalogue.ts';
import type { WaybillError } from '../../../common/errors/waybill-error.ts';
import { type CallPlace, isWrite, type QrsCall } from './call.ts';
import { isHtml } from './reply-failure.ts';

/** The largest reply that is read into memory: as JSON about 20,000 full apps. */
export const largestTextBytes = 64 * 1024 * 1024;

/**
 * The JSON of a successful reply; undefined when it is empty.
 * @throws WAYBILL_QRS_REPLY when it is a web page, or not whole JSON
 */
export function parseReply(text: string, call: QrsCall, place: CallPlace): unknown {
  if (text === '') return undefined;
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
