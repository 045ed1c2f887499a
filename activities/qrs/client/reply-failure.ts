import { type ErrorCode, waybillError } from '../../../common/errors/catalogue.ts';
import type { WaybillError } from '../../../common/errors/waybill-error.ts';
import { isHtml, mostReplyCharacters, plainText, retryAfterMsOf } from '../../reply-text.ts';
import { type CallPlace, isWrite, type QrsCall } from './call.ts';

/** A reply with a status that is not a success. */
export interface FailedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Its body, or the beginning of it. */
  readonly text: string;
}

/**
 * The error that a reply means, told by status and text (QRS facts, sections 2 and 3). Pure.
 * A 4xx reply is a promise that nothing was done; after a 5xx a write may have been done.
 */
export function replyFailure(reply: FailedReply, call: QrsCall, place: CallPlace, nowMs = Date.now()): WaybillError {
  const { status } = reply;
  const facts = {
    ...place,
    doing: call.doing,
    status,
    reply: plainText(reply.text),
    mayHaveTakenEffect: isWrite(call) && (status >= 500 || status < 400),
  };
  if (status < 400) {
    return waybillError('WAYBILL_QRS_REPLY', { ...facts, reason: redirectReason(reply) });
  }
  if (status === 404 && isHtml(reply.text)) {
    return waybillError('WAYBILL_QRS_REPLY', {
      ...facts,
      reason: 'a web page says that there is no such address (404)',
    });
  }
  if (status === 409) return waybillError('WAYBILL_QRS_CONFLICT', { ...facts, ...conflictAuthor(reply.text) });
  const retryAfterMs = retryAfterMsOf(reply.headers['retry-after'], nowMs);
  return waybillError(codeOf(reply, call), facts, retryAfterMs === undefined ? {} : { retryAfterMs });
}

function codeOf(reply: FailedReply, call: QrsCall): ErrorCode {
  const { status, text } = reply;
  if (status === 403) return forbiddenCode(text, call);
  if (status === 401) return 'WAYBILL_QRS_FORBIDDEN';
  if (status === 404) return 'WAYBILL_QRS_NOT_FOUND';
  if (status === 429 || status === 503) return 'WAYBILL_QRS_BUSY';
  if (status === 408 || status >= 500) return 'WAYBILL_QRS_SERVER';
  return 'WAYBILL_QRS_REFUSED';
}

/** Anybody may read `about`: a site that refuses it refuses the user. */
function forbiddenCode(text: string, call: QrsCall): ErrorCode {
  if (/xsrf/i.test(text)) return 'WAYBILL_QRS_XSRF';
  const isAboutUser =
    /account is (inactive|blocked|blacklisted)|\b(unknown|invalid) user\b|\buser\b.{0,60}\b(inactive|unknown|blacklisted|blocked|not (be )?found|does not exist)/i;
  return isAboutUser.test(text) || call.path === '/qrs/about' ? 'WAYBILL_QRS_USER' : 'WAYBILL_QRS_FORBIDDEN';
}

function redirectReason(reply: FailedReply): string {
  const location = reply.headers.location;
  const target = typeof location === 'string' ? location.replace(/[?#].*$/, '') : undefined;
  if (target) return `it sends Waybill on to ${target.slice(0, 100)} (status ${reply.status})`;
  return `status ${reply.status} was not expected`;
}

/** A conflict lists who changed what: `[{id, name, modifiedByUserName, modifiedDate}]` (QRS facts, section 2). */
function conflictAuthor(text: string): { modifiedBy?: string | undefined; modifiedAtUtc?: string | undefined } {
  try {
    const parsed = JSON.parse(text) as unknown;
    const first = (Array.isArray(parsed) ? parsed[0] : parsed) as Record<string, unknown> | null;
    return { modifiedBy: textOf(first?.modifiedByUserName), modifiedAtUtc: textOf(first?.modifiedDate) };
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, mostReplyCharacters) : undefined;
}
