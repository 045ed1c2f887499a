import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mailKinds } from '../../../activities/mail/mail-kinds.ts';
import { renderMail } from '../../../activities/mail/render-mail.ts';
import { appId, bareMails, listeningLogger, mailContext, sampleMail, sampleMails } from './mail-fixtures.ts';

const quiet = listeningLogger();

describe('every kind', () => {
  test('has a sample', () => {
    expect(sampleMails.map(({ kind }) => kind)).toEqual([...mailKinds]);
    expect(bareMails.map(({ kind }) => kind)).toEqual([...mailKinds]);
  });

  for (const mail of [...sampleMails, ...bareMails]) {
    test(`renders ${mail.kind} ${sampleMails.includes(mail) ? 'with everything' : 'with the least'} in words`, async () => {
      const { subject, text, html } = await renderMail(mailContext(), mail, quiet);

      for (const part of [subject, text, html]) {
        expect(part).not.toMatch(/\{\{|\}\}|undefined|null|\[object|NaN/);
        expect(part.trim()).not.toBe('');
      }
      expect(text.split('\n').filter((line) => /^\W*[0-9a-f-]{36}\W*$/i.test(line))).toEqual([]);
      expect(subject).not.toMatch(/\n/);
      expect(html).toMatch(/^<!doctype html>/);
      expect(html).toMatch(/<\/html>$/);
      expect(quiet.warnings).toEqual([]);
    });
  }

  test('renders without a console and for a site that is not configured any more', async () => {
    const context = mailContext({ consoleUrl: undefined }, { sites: {}, sources: {} });
    for (const mail of sampleMails) {
      const { text, html } = await renderMail(context, mail, quiet);
      expect(text + html).not.toMatch(/undefined|null/);
    }
  });
});

describe('trouble of a tenant', () => {
  test('is told in words of alerts, not of promotions and sites', async () => {
    const { subject, text, html } = await renderMail(mailContext(), sampleMail('tenantTrouble'), quiet);

    expect(subject).toBe("Waybill: alerts of 'company' need an operator (WAYBILL_ALERT_WEBHOOK_DISABLED)");
    expect(text).toMatch(/^Tenant: +company$/m);
    expect(text).toContain('Switch it on again.');
    for (const part of [subject, text, html]) expect(part).not.toMatch(/promotion|\bsite\b|what waits/i);
  });
});

describe('subjects', () => {
  test("keep the old program's words", async () => {
    const subjects = await Promise.all(
      (['publishAlert', 'approved', 'denied', 'results'] as const).map(
        async (kind) => (await renderMail(mailContext(), sampleMail(kind), quiet)).subject,
      ),
    );

    expect(subjects).toEqual([
      "'Größe & Ertrag' published to: 'Review'",
      "'Größe & Ertrag' promotion approved by: 'COMPANY\\eve'",
      "'Größe & Ertrag' promotion denied by: 'COMPANY\\eve'",
      "'Größe & Ertrag' promotion results",
    ]);
  });

  test('stay one short line whatever an app is called', async () => {
    const mail = sampleMail('results');
    const name = `x\r\nBcc: all@company.com\u2028${'long '.repeat(200)}`;
    const { subject } = await renderMail(mailContext(), { ...mail, app: { ...mail.app, name } }, quiet);

    expect(subject).not.toMatch(/[\r\n\u2028]/);
    expect(subject).toMatch(/^'x Bcc: all@company\.com long /);
    expect(subject.length).toBeLessThanOrEqual(200);
  });
});

describe('results', () => {
  const mail = sampleMail('results');

  test('say promoted only where something was', async () => {
    const nothing = {
      ...mail,
      results: [{ site: 'prod', stream: 'Sales', outcome: 'failed', reason: 'full disk' }] as const,
    };
    const { text, html } = await renderMail(mailContext(), nothing, quiet);

    expect(text).toContain("'Größe & Ertrag' was not promoted.");
    expect(text).toContain('Failed\n  full disk');
    expect(html).toContain('was not promoted');
    expect(text).not.toMatch(/succeeded/i);
  });

  test('count what succeeded and name links under the public name', async () => {
    const { text } = await renderMail(mailContext(), mail, quiet);

    expect(text).toContain('was promoted in part: 1 of 2 succeeded.');
    expect(text).toContain('- Production, Sales: Succeeded: replaced the app that was there');
    expect(text).toContain(`https://qlik.company.com:8443/sales/sense/app/${appId}`);
    expect(text).toContain('Note: owner not known at target');
    expect(text).toContain('- Production, Gone: Not done: the stream does not exist there');
    expect(text).toContain('Kept version: v-17');
  });

  test('say so when all of it arrived', async () => {
    const all = { ...mail, results: mail.results.slice(0, 1) };
    expect((await renderMail(mailContext(), all, quiet)).text).toContain("'Größe & Ertrag' was promoted.");
  });
});

describe('words', () => {
  test('escape names in HTML and leave them alone in text', async () => {
    const mail = sampleMail('approved');
    const hostile = { ...mail, app: { ...mail.app, name: '<script>alert(1)</script> & "Co"' }, note: 'a <b>\nsecond' };
    const { text, html, subject } = await renderMail(mailContext(), hostile, quiet);

    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Co&quot;');
    expect(html).toContain('a &lt;b&gt;<br>second');
    expect(text).toContain('App: <script>alert(1)</script> & "Co"');
    expect(text).toContain('    a <b>\n    second');
    expect(subject).toContain('<script>alert(1)</script> & "Co"');
  });

  test('keep every script and emoji, and drop what only turns the reading direction', async () => {
    const mail = sampleMail('reminder');
    const name = 'Umsatz 売上 📈 مبيعات\u202Efdp.exe';
    const { text, html } = await renderMail(mailContext(), { ...mail, app: { ...mail.app, name } }, quiet);

    expect(text).toContain('App: Umsatz 売上 📈 مبيعاتfdp.exe');
    expect(html).toContain('Umsatz 売上 📈 مبيعاتfdp.exe');
  });

  test('name the zone of every time, in the locale', async () => {
    const german = mailContext({}, { locale: 'de-DE' });
    const utc = mailContext({}, { timeZone: 'UTC' });
    const broken = mailContext({}, { timeZone: 'Mars/Olympus', locale: 'en' });

    expect((await renderMail(german, sampleMail('results'), quiet)).text).toMatch(
      /Finished at: 10\. März 2026.* 14:05 MEZ \(Europe\/Berlin\)/,
    );
    expect((await renderMail(utc, sampleMail('results'), quiet)).text).toMatch(/Finished at: 10 Mar 2026, 13:05 UTC\n/);
    expect((await renderMail(broken, sampleMail('results'), quiet)).text).toMatch(/Finished at: .*UTC/);
  });

  test('tell how to mend each problem of a decision, with the names of the site', async () => {
    const { text } = await renderMail(mailContext(), sampleMail('decisionProblem'), quiet);

    expect(text).toContain('PromotionApproval holds values that contradict each other: "Approve", "Deny".');
    expect(text).toContain('PromoteToServer names a target that Waybill does not know: "prd - Overwrite".');
    expect(text).toContain("The stream 'Gone' does not exist on Production.");
    expect(text).toContain('Mend it.');
  });

  test('link to pages only: the button leads to the console, and the app link to the site', async () => {
    const { html } = await renderMail(mailContext(), sampleMail('publishAlert'), quiet);
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, link]) => link);

    expect(new Set(links)).toEqual(
      new Set([
        `https://waybill.company.com/apps/dev/${appId}/decide`,
        `https://qlik-dev.company.com/sense/app/${appId}`,
        'https://waybill.company.com',
      ]),
    );
  });
});

describe('links to the console', () => {
  const address = 'https://console.company.com';
  const served = (enabled: boolean, publicUrl: string) =>
    mailContext({ consoleUrl: undefined }, { console: { enabled, publicUrl } });

  test('lead from a request to the page where it is decided, and from the rest to the promotion', async () => {
    for (const kind of ['publishAlert', 'reapproval', 'reminder', 'escalation'] as const) {
      const { text, html } = await renderMail(served(true, address), sampleMail(kind), quiet);
      expect(text).toContain(`On the Waybill console: ${address}/apps/dev/${appId}/decide`);
      expect(html).toContain(`href="${address}/apps/dev/${appId}/decide"`);
    }
    const results = await renderMail(served(true, address), sampleMail('results'), quiet);
    expect(results.text).toContain(`${address}/apps/dev/${appId}\n`);
  });

  test('lead from trouble to each promotion that waits for it', async () => {
    const mail = sampleMail('trouble');
    const { text, html } = await renderMail(served(true, address), mail, quiet);

    expect(mail.waiting.length).toBeGreaterThan(0);
    for (const { promotionKey } of mail.waiting) {
      expect(text).toContain(`${address}/promotions/${promotionKey}`);
      expect(html).toContain(`href="${address}/promotions/${promotionKey}"`);
    }
  });

  test('are left out where there is no console, or none that others reach', async () => {
    for (const context of [
      served(false, address),
      served(true, 'http://127.0.0.1:5080'),
      served(true, 'http://[::1]:1'),
    ]) {
      const { text, html } = await renderMail(context, sampleMail('publishAlert'), quiet);
      expect(text + html).not.toMatch(/decide"|\/decide|127\.0\.0\.1/);
      expect(text).toContain('In the QMC, edit the app');
    }
  });
});

describe('templates of the user', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-templates-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('replace the built-in ones file by file', async () => {
    await writeFile(path.join(folder, 'approved.text.hbs'), '\ufeffMine: {{app.name}} by {{approver}}\r\n');
    const logger = listeningLogger();

    const { subject, text, html } = await renderMail(
      mailContext({ templates: folder }),
      sampleMail('approved'),
      logger,
    );

    expect(text).toBe('Mine: Größe & Ertrag by COMPANY\\eve\n');
    expect(subject).toBe("'Größe & Ertrag' promotion approved by: 'COMPANY\\eve'");
    expect(html).toContain('was approved');
    expect(logger.warnings).toEqual([]);
  });

  test('replace the frame around all mails', async () => {
    await writeFile(path.join(folder, 'layout.html.hbs'), '<main>{{> @partial-block}}</main>');

    const { html } = await renderMail(mailContext({ templates: folder }), sampleMail('denied'), quiet);

    expect(html).toMatch(/^<main>[\s\S]*was denied[\s\S]*<\/main>$/);
  });

  test.each([
    ['has broken syntax', '{{#if app.name}}never closed'],
    ['asks for something that is not there', 'Hello {{app.nmae}}'],
    ['renders to nothing', '{{#if app}}{{/if}}'],
  ])('give way to the built-in one with a warning when one %s', async (_, template) => {
    await writeFile(path.join(folder, 'tooLate.html.hbs'), template);
    const logger = listeningLogger();

    const { html } = await renderMail(mailContext({ templates: folder }), sampleMail('tooLate'), logger);

    expect(html).toContain('came too late');
    expect(logger.warnings.length).toBeGreaterThan(0);
    expect(logger.warnings[0]?.facts).toMatchObject({ template: 'tooLate.html.hbs' });
  });

  test('are not missed when their folder does not exist', async () => {
    const logger = listeningLogger();
    const context = mailContext({ templates: path.join(folder, 'nowhere') });

    expect((await renderMail(context, sampleMail('test'), logger)).subject).toBe('Waybill test mail');
    expect(logger.warnings).toEqual([]);
  });
});
