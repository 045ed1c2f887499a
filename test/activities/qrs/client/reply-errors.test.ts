import { afterEach, describe, expect, it } from 'vitest';
import type { QrsCall } from '../../../../activities/qrs/client/call.ts';
import { replyFailure } from '../../../../activities/qrs/client/reply-failure.ts';
import { failureOf } from './code-of.ts';
import { type Answer, aboutBody, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const place = { site: 'dev', host: 'qlik:4242', user: 'INTERNAL\\sa_api' };
const call: QrsCall = {
  method: 'PUT',
  path: `/qrs/app/${id}`,
  doing: `change the app ${id}`,
  timeoutMs: 1000,
  timeoutSetting: 'timeouts.write',
};
const about: QrsCall = { ...call, method: 'GET', path: '/qrs/about' };
const html = '<!DOCTYPE html><html><head><title>x</title></head><body><h1>Bad Gateway</h1></body></html>';

const sites: SmallSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

describe('reply errors', () => {
  it.each([
    [403, 'XSRF prevention check failed. Possible XSRF discovered.', 'WAYBILL_QRS_XSRF', false, false],
    [
      403,
      '"Forbidden: Your account is inactive. Contact your administrator to activate it."',
      'WAYBILL_QRS_USER',
      false,
      false,
    ],
    [403, 'Forbidden', 'WAYBILL_QRS_FORBIDDEN', false, false],
    [401, '', 'WAYBILL_QRS_FORBIDDEN', false, false],
    [404, 'The requested resource could not be found.', 'WAYBILL_QRS_NOT_FOUND', false, false],
    [400, 'Cannot parse the expression: x', 'WAYBILL_QRS_REFUSED', false, false],
    [411, '', 'WAYBILL_QRS_REFUSED', false, false],
    [409, '[]', 'WAYBILL_QRS_CONFLICT', true, false],
    [429, '', 'WAYBILL_QRS_BUSY', true, false],
    [503, html, 'WAYBILL_QRS_BUSY', true, true],
    [500, 'Internal server error', 'WAYBILL_QRS_SERVER', true, true],
    [502, html, 'WAYBILL_QRS_SERVER', true, true],
    [404, html, 'WAYBILL_QRS_REPLY', true, false],
    [302, '', 'WAYBILL_QRS_REPLY', true, true],
  ])('tells a %i "%s" as %s', (status, text, code, retryable, mayHaveTakenEffect) => {
    expect(replyFailure({ status, headers: {}, text }, call, place)).toMatchObject({
      code,
      retryable,
      facts: { site: 'dev', host: 'qlik:4242', mayHaveTakenEffect },
    });
  });

  it('takes any refusal of the question that everybody may ask as one of the user', () => {
    expect(replyFailure({ status: 403, headers: {}, text: 'Forbidden' }, about, place).code).toBe('WAYBILL_QRS_USER');
    expect(replyFailure({ status: 403, headers: {}, text: 'XSRF prevention…' }, about, place).code).toBe(
      'WAYBILL_QRS_XSRF',
    );
  });

  it('says who changed the entity meanwhile, and when', () => {
    const text = JSON.stringify([
      { id, name: 'Sales', modifiedByUserName: 'ACME\\eve', modifiedDate: '2024-05-06T07:08:09.010Z' },
    ]);

    const error = replyFailure({ status: 409, headers: {}, text }, call, place);

    expect(error.facts).toMatchObject({ modifiedBy: 'ACME\\eve', modifiedAtUtc: '2024-05-06T07:08:09.010Z' });
    expect(error.message).toContain('ACME\\eve');
  });

  it('says of a conflict what the site does tell, and no more of it than of any reply', () => {
    const factsOf = (row: object) =>
      replyFailure({ status: 409, headers: {}, text: JSON.stringify([row]) }, call, place).facts;

    expect(factsOf({ modifiedByUserName: 'ACME\\eve', modifiedDate: 7 })['modifiedBy']).toBe('ACME\\eve');
    expect(factsOf({ modifiedByUserName: 'x'.repeat(5000) })['modifiedBy']).toBe('x'.repeat(300));
  });

  it('passes on how long the site asks to wait, in seconds or as a date', () => {
    const nowMs = Date.parse('2024-01-01T00:00:00Z');
    const waitFor = (value: string) =>
      replyFailure({ status: 503, headers: { 'retry-after': value }, text: '' }, call, place, nowMs).retryAfterMs;

    expect(waitFor('7')).toBe(7000);
    expect(waitFor('Mon, 01 Jan 2024 00:01:00 GMT')).toBe(60_000);
    expect(waitFor('Sun, 31 Dec 2023 00:00:00 GMT')).toBe(0);
    expect(waitFor('soon')).toBeUndefined();
  });

  it('shows the text of a reply in one line of at most 300 characters, without tags and quotes', () => {
    const shown = (text: string) => String(replyFailure({ status: 400, headers: {}, text }, call, place).facts.reply);

    expect(shown('"Bad\\r\\nthing"')).toBe('Bad thing');
    expect(shown(html)).toBe('Bad Gateway');
    expect(shown('x'.repeat(5000))).toHaveLength(300);
    expect(shown('')).toBe('(no text)');
  });

  it('looks at the status before the body', async () => {
    const site = await start((_, response) => response.writeHead(500, { 'content-type': 'text/html' }).end(html));

    expect((await failureOf(site.client().getApps())).code).toBe('WAYBILL_QRS_SERVER');
  });

  it('tells a web page in place of data, and where a proxy sends one on to', async () => {
    const site = await start((request, response) => {
      if (request.url?.startsWith('/qrs/app')) response.writeHead(200, { 'content-type': 'text/html' }).end(html);
      else response.writeHead(302, { location: 'https://qlik/internal_forms_authentication/?targetId=secret' }).end();
    });

    const page = await failureOf(site.client().getApps());
    const redirect = await failureOf(site.client().streams());

    expect(page).toMatchObject({ code: 'WAYBILL_QRS_REPLY', facts: { reason: 'it is a web page, not data' } });
    expect(redirect.message).toContain('https://qlik/internal_forms_authentication/');
    expect(redirect.message).not.toContain('secret');
  });

  it('tells data that is cut off, with and without an announced length', async () => {
    const site = await start((request, response) => {
      const isAnnounced = request.method === 'PUT';
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(isAnnounced ? { 'content-length': 1000 } : {}),
      });
      response.write('{"id":"3f25');
      if (isAnnounced) setTimeout(() => request.socket.destroy(), 20);
      else response.end();
    });

    expect(await failureOf(site.client().putApp({ id } as never))).toMatchObject({
      code: 'WAYBILL_QRS_REPLY',
      facts: { reason: 'it was cut off', mayHaveTakenEffect: true },
    });
    expect(await failureOf(site.client().about())).toMatchObject({
      code: 'WAYBILL_QRS_REPLY',
      facts: { reason: 'it is not whole JSON', mayHaveTakenEffect: false },
    });
  });

  it('reads no reply that is longer than 64 MB', async () => {
    const part = Buffer.alloc(1024 * 1024, ' ');
    const site = await start((_, response) => {
      response.on('error', () => undefined);
      const more = () => {
        while (!response.destroyed && response.write(part));
      };
      response.on('drain', more);
      more();
    });

    const error = await failureOf(site.client().getApps());

    expect(error.message).toContain('longer than');
  });

  it('does not believe a web page that an app is gone', async () => {
    let apps: unknown[] = [];
    const site = await start((request, response) => {
      if (request.url?.startsWith('/qrs/app/full')) sendJson(response, apps);
      else response.writeHead(404, { 'content-type': 'text/html' }).end('<html><body>HTTP Error 404</body></html>');
    });
    const client = site.client();

    await expect(client.getApp(id)).resolves.toBeUndefined();
    await expect(client.deleteApp(id)).resolves.toBe('gone');
    apps = [{ id }];
    expect((await failureOf(client.getApp(id))).code).toBe('WAYBILL_QRS_REPLY');
    expect((await failureOf(client.deleteApp(id))).code).toBe('WAYBILL_QRS_REPLY');
  });

  it('shows no secret and no callback address in an error', async () => {
    const site = await start((_, response) => response.writeHead(500).end('no'));
    const url = 'http://waybill:5000/token-that-nobody-may-see';

    const error = await failureOf(site.client().createSubscription({ name: 'App', changeType: 'update', url }));

    expect(JSON.stringify([error.message, error.remedy, error.facts])).not.toContain('token-that');
  });

  it('reads data with a byte order mark, and none at all', async () => {
    const site = await start((request, response) => {
      if (request.method === 'DELETE') response.writeHead(204).end();
      else response.end(`\u{feff}${JSON.stringify(aboutBody)}`);
    });

    await expect(site.client().about()).resolves.toEqual(aboutBody);
    await expect(site.client().deleteApp(id)).resolves.toBe('deleted');
  });
});

async function start(answer: Answer): Promise<SmallSite> {
  const site = await startSmallSite(answer);
  sites.push(site);
  return site;
}
