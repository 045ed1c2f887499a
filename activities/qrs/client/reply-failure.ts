import { type ErrorCode, waybillError } from '../../../common/errors/catalogue.ts';
import type { WaybillError } from '../../../common/errors/waybill-error.ts';
import { type CallPlace, isWrite, type QrsCall } from './call.ts';

/** A reply with a status that is not a success. */
export interface FailedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Its body, or the beginning of it. */
  readonly text: string;
}

const longestReplyText = 300;

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
  const retryAfterMs = retryAfter(reply.headers['retry-after'], nowMs);
  return waybillError(codeOf(reply, call), facts, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** The text of a reply in one line of at most 300 characters, without the tags of a web page or the quotes of a JSON string. */
export function plainText(text: string): string {
  const visible = isHtml(text)
    ? text.replaceAll(/<(style|script|title)\b[\s\S]*?<\/\1>/gi, ' ').replaceAll(/<[^>]*>/g, ' ')
    : unquoted(text);
  const line = visible.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line === '') return '(no text)';
  return line.length > longestReplyText ? `${line.slice(0, longestReplyText - 1)}…` : line;
}

/** True for the beginning of a web page. */
export function isHtml(text: string): boolean {
  return /^\s*(<!doctype html|<html|<head|<body|<h\d)/i.test(text.slice(0, 200));
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
  return typeof value === 'string' ? value.slice(0, longestReplyText) : undefined;
}

function retryAfter(value: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const seconds = Number(value);
  const waitMs = Number.isNaN(seconds) ? Date.parse(value) - nowMs : seconds * 1000;
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

function unquoted(text: string): string {
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'string' ? parsed : text;
  } catch {
    return text;
  }
}
