import { describe, expect, it } from 'vitest';
import { addressOf, type QrsCall, timing, userHeader } from '../../../../activities/qrs/client/call.ts';
import { connectionFailure, type FailedCall } from '../../../../activities/qrs/client/connection-failure.ts';
import { mayAskNextHost, mostHopeful } from '../../../../activities/qrs/client/next-host.ts';
import { replyFailure } from '../../../../activities/qrs/client/reply-failure.ts';
import { plainText } from '../../../../activities/reply-text.ts';
import { waybillError } from '../../../../common/errors/catalogue.ts';
import type { WaybillError } from '../../../../common/errors/waybill-error.ts';

const place = { site: 'dev', host: 'qlik:4242', user: 'INTERNAL\\sa_api' };
const read: QrsCall = {
  method: 'GET',
  path: '/qrs/app/full',
  doing: 'read apps',
  timeoutMs: 30_000,
  timeoutSetting: 'timeouts.read',
};
const write: QrsCall = { ...read, method: 'PUT', path: '/qrs/app/1', doing: 'change the app 1' };
const untouched = { isStarted: false, hasReply: false, sentBytes: 0, receivedBytes: 0, announcedBytes: undefined };
const started = { ...untouched, isStarted: true };
const answered = { ...started, hasReply: true, receivedBytes: 7, announcedBytes: 9 };

function failure(code: string, more: Partial<FailedCall> = {}, properties: object = {}): WaybillError {
  const error = Object.assign(new Error('what Node says'), { code, ...properties });
  return connectionFailure(error, { call: read, place, exchange: untouched, ...more });
}

describe('a connection that failed', () => {
  it.each([
    ['ECONNREFUSED', 'WAYBILL_QRS_UNREACHABLE', 'nothing listens on this port (ECONNREFUSED)'],
    ['ENOTFOUND', 'WAYBILL_QRS_UNREACHABLE', 'the name is not known to the name service (ENOTFOUND)'],
    ['EAI_AGAIN', 'WAYBILL_QRS_UNREACHABLE', 'the name service does not answer (EAI_AGAIN)'],
    ['EHOSTUNREACH', 'WAYBILL_QRS_UNREACHABLE', 'there is no way to this host (EHOSTUNREACH)'],
    ['ENETUNREACH', 'WAYBILL_QRS_UNREACHABLE', 'there is no way to its network (ENETUNREACH)'],
    ['ETIMEDOUT', 'WAYBILL_QRS_UNREACHABLE', 'no connection was made in time (ETIMEDOUT)'],
    ['UND_ERR_CONNECT_TIMEOUT', 'WAYBILL_QRS_UNREACHABLE', 'no connection was made within timeouts.connect'],
    ['EWHATEVER', 'WAYBILL_QRS_UNREACHABLE', 'what Node says (EWHATEVER)'],
    ['CERT_HAS_EXPIRED', 'WAYBILL_QRS_TLS_EXPIRED', 'it has run out'],
    ['CERT_NOT_YET_VALID', 'WAYBILL_QRS_TLS_EXPIRED', 'it is valid only from a later day on'],
    ...[
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_SIGNATURE_FAILURE',
      'CERT_UNTRUSTED',
      'CERT_REJECTED',
      'CERT_REVOKED',
      'CERT_CHAIN_TOO_LONG',
      'INVALID_CA',
      'INVALID_PURPOSE',
      'PATH_LENGTH_EXCEEDED',
    ].map((code) => [code, 'WAYBILL_QRS_TLS_UNTRUSTED', code] as const),
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'WAYBILL_QRS_CLIENT_CERTIFICATE', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'WAYBILL_QRS_CLIENT_CERTIFICATE', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'WAYBILL_QRS_TLS_FAILED', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['EPROTO', 'WAYBILL_QRS_TLS_FAILED', 'EPROTO'],
    ['HPE_INVALID_CONSTANT', 'WAYBILL_QRS_REPLY', 'it is not HTTP (HPE_INVALID_CONSTANT)'],
    ['UND_ERR_HEADERS_OVERFLOW', 'WAYBILL_QRS_REPLY', 'it is not HTTP (UND_ERR_HEADERS_OVERFLOW)'],
  ] as const)('as %s is a %s: %s', (code, expected, reason) => {
    const error = failure(code);

    expect(error).toMatchObject({
      code: expected,
      facts: { ...place, doing: 'read apps', reason, mayHaveTakenEffect: false },
    });
    expect((error.cause as Error).message).toBe('what Node says');
  });

  it('without a code is told by its name', () => {
    const error = connectionFailure(new TypeError('odd'), { call: read, place, exchange: untouched });

    expect(error.facts['reason']).toBe('odd (TypeError)');
  });

  it('keeps a code of ours', () => {
    const ours = waybillError('WAYBILL_QRS_VALUE', { value: 'x', kind: 'y' });

    expect(connectionFailure(ours, { call: read, place, exchange: answered })).toBe(ours);
  });

  it.each([
    [read, untouched, false],
    [read, started, false],
    [write, untouched, false],
    [write, started, true],
  ])('may have taken effect only where a write was begun', (call, exchange, expected) => {
    expect(failure('ECONNRESET', { call, exchange }).facts['mayHaveTakenEffect']).toBe(expected);
    expect(failure('UND_ERR_HEADERS_TIMEOUT', { call, exchange }).facts['mayHaveTakenEffect']).toBe(expected);
  });

  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])('as %s may mean the client certificate', (code) => {
    expect(failure(code).facts['reason']).toBe(
      `the connection was lost before any reply (${code}); a site does this too when it does not accept the client certificate`,
    );
    const doubt = failure(code, { call: write, exchange: started, certificateDoubt: 'client.pem has run out' });
    expect(doubt).toMatchObject({
      code: 'WAYBILL_QRS_CLIENT_CERTIFICATE',
      facts: { reason: 'client.pem has run out', mayHaveTakenEffect: false },
    });
  });

  it('is lost where it stood already, whatever its code, and no certificate is doubted then', () => {
    const error = failure('EHOSTUNREACH', { exchange: started, certificateDoubt: 'client.pem has run out' });

    expect(error).toMatchObject({
      code: 'WAYBILL_QRS_UNREACHABLE',
      facts: { reason: 'the connection was lost before any reply (EHOSTUNREACH)' },
    });
  });

  it('tells a refused certificate by what its files tell', () => {
    expect(
      failure('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', { call: write, exchange: started, certificateDoubt: 'it has run out' }),
    ).toMatchObject({
      facts: { reason: 'it has run out', mayHaveTakenEffect: false },
    });
  });

  it('tells which names a certificate is good for', () => {
    const named = (cert: object) => failure('ERR_TLS_CERT_ALTNAME_INVALID', {}, { host: 'qlik', cert });

    expect(named({ subjectaltname: 'DNS:a.example, DNS:b.example, IP Address:10.0.0.1' })).toMatchObject({
      code: 'WAYBILL_QRS_TLS_NAME',
      facts: { expected: 'qlik', names: 'a.example, b.example, 10.0.0.1' },
    });
    expect(named({ subject: { CN: 'c.example' } }).facts['names']).toBe('c.example');
    expect(failure('ERR_TLS_CERT_ALTNAME_INVALID').code).toBe('WAYBILL_QRS_TLS_NAME');
    expect(named({}).code).toBe('WAYBILL_QRS_TLS_NAME');
  });

  it.each(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])('as %s tells the setting that allows more', (code) => {
    expect(failure(code)).toMatchObject({
      code: 'WAYBILL_QRS_TIMEOUT',
      facts: { timeoutMs: 30_000, setting: 'timeouts.read' },
    });
  });

  it('is the fault of an upload’s source where its length is wrong or it ended', () => {
    const upload = { call: write, exchange: { ...started, sentBytes: 5 }, uploadBytes: 9 };
    const facts = { sizeBytes: 9, sentBytes: 5, mayHaveTakenEffect: false };

    for (const code of ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'UND_ERR_ABORTED']) {
      expect(failure(code, upload)).toMatchObject({ code: 'WAYBILL_QRS_UPLOAD_SOURCE', facts });
    }
    expect(failure('UND_ERR_ABORTED', { ...upload, exchange: answered }).code).toBe('WAYBILL_QRS_REPLY');
    expect(failure('UND_ERR_ABORTED', { call: write, exchange: started }).code).toBe('WAYBILL_QRS_UNREACHABLE');
    expect(failure('ECONNRESET', upload).code).toBe('WAYBILL_QRS_UNREACHABLE');
  });

  it('cuts a reply, or a file', () => {
    expect(failure('ECONNRESET', { exchange: answered })).toMatchObject({
      code: 'WAYBILL_QRS_REPLY',
      facts: { reason: 'it was cut off' },
    });
    expect(failure('ECONNRESET', { exchange: answered, isDownload: true })).toMatchObject({
      code: 'WAYBILL_QRS_TRUNCATED',
      facts: { receivedBytes: 7, announcedBytes: 9 },
    });
    expect(failure('ECONNRESET', { exchange: started, isDownload: true }).code).toBe('WAYBILL_QRS_UNREACHABLE');
  });
});

describe('another host', () => {
  const of = (code: string, facts: Record<string, string | boolean>) =>
    waybillError(code as 'WAYBILL_QRS_UNREACHABLE', facts);

  it('is asked only where this one cannot be connected and cannot have begun', () => {
    expect(mayAskNextHost(of('WAYBILL_QRS_UNREACHABLE', { mayHaveTakenEffect: false }))).toBe(true);
    expect(mayAskNextHost(of('WAYBILL_QRS_TLS_NAME', { mayHaveTakenEffect: false }))).toBe(true);
    expect(mayAskNextHost(of('WAYBILL_QRS_UNREACHABLE', { mayHaveTakenEffect: true }))).toBe(false);
    expect(mayAskNextHost(of('WAYBILL_QRS_TLS_NAME', { mayHaveTakenEffect: true }))).toBe(false);
    expect(mayAskNextHost(of('WAYBILL_QRS_SERVER', { mayHaveTakenEffect: false }))).toBe(false);
    expect(mayAskNextHost(of('WAYBILL_QRS_UNREACHABLE', {}))).toBe(false);
    expect(mayAskNextHost(new Error('x'))).toBe(false);
  });

  it('leaves the failure that may pass, with the names of all that were tried', () => {
    const lasting = of('WAYBILL_QRS_TLS_UNTRUSTED', { host: 'a:1', reason: 'untrusted' });
    const passing = of('WAYBILL_QRS_UNREACHABLE', { host: 'b:1', reason: 'refused' });

    expect([lasting.retryable, passing.retryable]).toEqual([false, true]);
    expect(mostHopeful([lasting])).toBe(lasting);
    const told = mostHopeful([lasting, passing]);
    expect(told).toMatchObject({
      code: 'WAYBILL_QRS_UNREACHABLE',
      facts: {
        host: 'b:1',
        reason: 'refused; tried a:1: WAYBILL_QRS_TLS_UNTRUSTED, b:1: WAYBILL_QRS_UNREACHABLE',
        tried: 'a:1: WAYBILL_QRS_TLS_UNTRUSTED, b:1: WAYBILL_QRS_UNREACHABLE',
      },
    });
    expect(mostHopeful([lasting, lasting])).toMatchObject({ code: 'WAYBILL_QRS_TLS_UNTRUSTED' });
  });
});

describe('a reply that is no success', () => {
  const reply = (status: number, text = '', headers: Record<string, string> = {}, call: QrsCall = read) =>
    replyFailure({ status, headers, text }, call, place, Date.parse('2026-05-04T10:00:00.000Z'));

  it.each([
    [400, 'WAYBILL_QRS_REFUSED'],
    [401, 'WAYBILL_QRS_FORBIDDEN'],
    [403, 'WAYBILL_QRS_FORBIDDEN'],
    [404, 'WAYBILL_QRS_NOT_FOUND'],
    [405, 'WAYBILL_QRS_REFUSED'],
    [408, 'WAYBILL_QRS_SERVER'],
    [409, 'WAYBILL_QRS_CONFLICT'],
    [413, 'WAYBILL_QRS_REFUSED'],
    [429, 'WAYBILL_QRS_BUSY'],
    [499, 'WAYBILL_QRS_REFUSED'],
    [500, 'WAYBILL_QRS_SERVER'],
    [502, 'WAYBILL_QRS_SERVER'],
    [503, 'WAYBILL_QRS_BUSY'],
    [304, 'WAYBILL_QRS_REPLY'],
    [399, 'WAYBILL_QRS_REPLY'],
  ])('%i is %s', (status, code) => {
    expect(reply(status)).toMatchObject({ code, facts: { ...place, doing: 'read apps', status, reply: '(no text)' } });
  });

  it.each([
    [301, true],
    [399, true],
    [400, false],
    [409, false],
    [499, false],
    [500, true],
    [503, true],
  ])('%i to a write leaves open whether it took effect: %s', (status, expected) => {
    expect(reply(status, '', {}, write).facts['mayHaveTakenEffect']).toBe(expected);
    expect(reply(status).facts['mayHaveTakenEffect']).toBe(false);
  });

  it.each([
    ['Your account is inactive.', 'WAYBILL_QRS_USER'],
    ['The account is blocked', 'WAYBILL_QRS_USER'],
    ['account is blacklisted', 'WAYBILL_QRS_USER'],
    ['Unknown user', 'WAYBILL_QRS_USER'],
    ['an invalid user was given', 'WAYBILL_QRS_USER'],
    ['The user INTERNAL\\x does not exist', 'WAYBILL_QRS_USER'],
    ['user not found', 'WAYBILL_QRS_USER'],
    ['user could not be found', 'WAYBILL_QRS_USER'],
    ['XSRF prevention check failed', 'WAYBILL_QRS_XSRF'],
    ['Forbidden', 'WAYBILL_QRS_FORBIDDEN'],
    ['superuser inactivex', 'WAYBILL_QRS_FORBIDDEN'],
  ])('403 with %j is %s', (text, code) => {
    expect(reply(403, text).code).toBe(code);
  });

  it('403 to what everybody may ask is a refusal of the user', () => {
    expect(reply(403, 'Forbidden', {}, { ...read, path: '/qrs/about' }).code).toBe('WAYBILL_QRS_USER');
  });

  it('404 of a web page says nothing of an app', () => {
    expect(reply(404, '<html><body>No such page</body></html>')).toMatchObject({
      code: 'WAYBILL_QRS_REPLY',
      facts: { reply: 'No such page', reason: 'a web page says that there is no such address (404)' },
    });
    expect(reply(500, '<html></html>').code).toBe('WAYBILL_QRS_SERVER');
  });

  it('sends on to a place that is told without its query', () => {
    expect(reply(302, '', { location: 'https://proxy/login?secret=1#x' }).facts['reason']).toBe(
      'it sends Waybill on to https://proxy/login (status 302)',
    );
    expect(reply(302, '', { location: `https://proxy/${'x'.repeat(200)}` }).facts['reason']).toBe(
      `it sends Waybill on to https://proxy/${'x'.repeat(86)} (status 302)`,
    );
    expect(reply(302).facts['reason']).toBe('status 302 was not expected');
  });

  it('409 tells who was faster, where it says so', () => {
    const row = { modifiedByUserName: 'COMPANY\\otto', modifiedDate: '2026-05-04T09:00:00.000Z' };
    const expected = { modifiedBy: row.modifiedByUserName, modifiedAtUtc: row.modifiedDate };

    expect(reply(409, JSON.stringify([row])).facts).toMatchObject(expected);
    expect(reply(409, JSON.stringify(row)).facts).toMatchObject(expected);
    for (const text of ['', 'null', '[]', 'no JSON', JSON.stringify([{ modifiedByUserName: 7, modifiedDate: null }])]) {
      expect(reply(409, text).facts['modifiedBy']).toBeUndefined();
      expect(reply(409, text).facts['modifiedAtUtc']).toBeUndefined();
    }
  });

  it.each([
    ['7', 7000],
    ['0', 0],
    ['Mon, 04 May 2026 10:00:30 GMT', 30_000],
    ['Mon, 04 May 2026 09:00:00 GMT', 0],
  ])('that asks to wait as %j is waited for %i ms', (value, expected) => {
    expect(reply(503, '', { 'retry-after': value }).retryAfterMs).toBe(expected);
  });

  it('that does not say how long to wait, or not in a way to be read, asks for no time', () => {
    expect(reply(503).retryAfterMs).toBeUndefined();
    expect(reply(503, '', { 'retry-after': 'soon' }).retryAfterMs).toBeUndefined();
  });
});

describe('the text of a reply', () => {
  it.each([
    ['', '(no text)'],
    [' \n\t ', '(no text)'],
    ['"quoted"', 'quoted'],
    ['"a \\"b\\" c"', 'a "b" c'],
    ['two\r\n\r\nlines', 'two lines'],
    ['a\u0007b', 'a b'],
    [
      '<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body><h1>Bad</h1>Gateway</body></html>',
      'Bad Gateway',
    ],
    ['  <h1>Bad</h1>', 'Bad'],
    ['a < b > c', 'a < b > c'],
    ['x'.repeat(300), 'x'.repeat(300)],
    ['x'.repeat(301), `${'x'.repeat(299)}…`],
  ])('%j is shown as %j', (text, shown) => {
    expect(plainText(text)).toBe(shown);
  });
});

describe('the address and the headers of a call', () => {
  it('keep the query of the path, leave out what is not given, and encode the rest', () => {
    expect(
      addressOf({ path: '/qrs/app', query: { name: "R&D '1' (a*b!)", keep: true, none: undefined, count: 3 } }, 'key'),
    ).toBe('/qrs/app?xrfkey=key&name=R%26D%20%271%27%20%28a%2Ab%21%29&keep=true&count=3');
    expect(addressOf({ path: '/file?x=1' }, 'key')).toBe('/file?x=1&xrfkey=key');
  });

  it('name the user encoded', () => {
    expect(userHeader({ directory: 'A;B', id: 'ü=1' })).toBe('UserDirectory=A%3BB; UserId=%C3%BC%3D1');
  });

  it('take the time of the options, or else of the settings', () => {
    const timeouts = { readMs: 1, writeMs: 2, publishMs: 3, exportMs: 4 } as never;
    const { signal } = new AbortController();

    expect(timing(timeouts, 'publish', undefined)).toEqual({ timeoutMs: 3, timeoutSetting: 'timeouts.publish' });
    expect(timing(timeouts, 'read', { timeoutMs: 9, signal })).toEqual({
      timeoutMs: 9,
      timeoutSetting: 'timeouts.read',
      signal,
    });
  });
});
