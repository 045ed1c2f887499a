import { describe, expect, test } from 'vitest';
import { alertMail } from '../../../../activities/alerts/messages/alert-mail.ts';
import { slackMessage } from '../../../../activities/alerts/messages/slack-message.ts';
import { teamsMessage } from '../../../../activities/alerts/messages/teams-message.ts';
import type { FailedReload } from '../../../../rules/alerts/failed-reload.ts';
import { appId, failure, formatted, tenant } from './alert-fixtures.ts';
import { readTemplate } from './read-template.ts';
import { partsOf, slackComplaints, textsOf } from './service-limits.ts';

const links = [
  { id: 'help', linkText: 'Help & "more"', url: 'https://help.acme.com/?a=1&b=2' },
  { id: 'other', linkText: 'Other', url: 'https://other.acme.com' },
];

function slackOf(text: string, reload: FailedReload = failure) {
  const template = { name: 'my.handlebars', text };
  return slackMessage({ kind: 'failed', reload }, { ...tenant, links }, { ...formatted, template });
}

function teamsOf(text: string, reload: FailedReload = failure, of = tenant) {
  return teamsMessage({ kind: 'failed', reload }, of, { ...formatted, template: { name: 'my.handlebars', text } });
}

describe('a template written for Butler', () => {
  test('fills for Slack as it did there, with the lines of the log as lines', () => {
    const { blocks, text } = slackOf(readTemplate('slack').text);

    expect(textsOf(blocks)).toEqual(
      expect.arrayContaining([
        '*App name:*\nApp',
        `*App ID:*\n${appId}`,
        '*Reload ended:*\n2024-10-14 11:31:39',
        '*Duration:*\n0 hours, 0 minutes, 9 seconds',
        '*Failed due to memory constraint:*\nfalse',
        '```simple log```',
        'The script log contains 4 rows in total, with 8 characters in them. Here are the first 2 rows:',
        '```l1\nl2```',
        '```l3\nl4```',
      ]),
    );
    expect(text).toBe('Qlik Sense Cloud app reload failed: "App"');
    expect(partsOf(blocks).flatMap(({ url }) => url ?? [])).toEqual([
      'https://q',
      `https://acme.eu.qlikcloud.com/sense/app/${appId}`,
      'https://help.acme.com/?a=1&b=2',
    ]);
    expect(textsOf(blocks)).toContain('Help & "more"');
  });

  test('fills for Teams, escaping Markdown only in the texts that know it', () => {
    const reload = { ...failure, app: { name: '*App*' }, log: { ...failure.log!, head: ['*l1* C:\\x'] } };
    const { attachments } = teamsOf(readTemplate('teams').text, reload);

    expect(textsOf(attachments)).toEqual(
      expect.arrayContaining([String.raw`\*App\* failed`, String.raw`\*App\*`, '*l1* C:\\x', 'l3\nl4']),
    );
  });

  test('loses a button without an address, and not the message', () => {
    const { attachments } = teamsOf(readTemplate('teams').text, failure, { ...tenant, qmcUrl: undefined });

    expect(partsOf(attachments).filter(({ type }) => type === 'Action.OpenUrl')).toHaveLength(1);
  });

  test('fills for mail with values escaped, in three braces too', () => {
    const template = { name: 'mail', text: '<p>{{appName}}</p><p>{{{errorMessage}}}</p><pre>{{scriptLogHead}}</pre>' };
    const reload = { ...failure, app: { name: '<b>"&' }, reload: { errorMessage: '<script>' } };
    const { html, text } = alertMail({ kind: 'failed', reload }, tenant, { ...formatted, template });

    expect(html).toBe('<p>&lt;b&gt;&quot;&amp;</p><p>&lt;script&gt;</p><pre>l1\r\nl2</pre>');
    expect(text).toContain('App name: <b>"&\n');
  });

  test('gets a shorter log when the whole one does not fit', () => {
    const lines = Array.from({ length: 80 }, (_, index) => `${index} ${'<&>"'.repeat(20)}`);
    const reload = { ...failure, log: { head: lines, tail: lines, lines: 160, characters: 13_000 } };
    const message = slackMessage({ kind: 'failed', reload }, tenant, {
      ...formatted,
      headLines: 80,
      tailLines: 80,
      template: readTemplate('slack'),
    });

    expect(slackComplaints(JSON.stringify(message))).toEqual([]);
    expect(textsOf(message).filter((text) => /lines are left out here/.test(text))).toHaveLength(2);
  });
});

describe('a template that cannot be used', () => {
  test.each([
    ['has a block that is not closed', '{{#if appName}}', 'WAYBILL_ALERT_TEMPLATE', /my\.handlebars.*Parse error/],
    ['calls a helper that is not there', '{{shout appName}}', 'WAYBILL_ALERT_TEMPLATE', /shout/],
    ['never ends', '{{#*inline "a"}}{{> a}}{{/inline}}{{> a}}', 'WAYBILL_ALERT_TEMPLATE', /call stack/],
    ['has a comma too many', '{"blocks": [],}', 'WAYBILL_ALERT_TEMPLATE_JSON', /my\.handlebars/],
    ['is no object', '["{{appName}}"]', 'WAYBILL_ALERT_TEMPLATE_JSON', /one object/],
    ['has a block without a type', '{"blocks": [{}]}', 'WAYBILL_ALERT_TEMPLATE_REFUSED', /block 1: it has no type/],
    [
      'has a header that is too long',
      `{"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "${'x'.repeat(151)}"}}]}`,
      'WAYBILL_ALERT_TEMPLATE_REFUSED',
      /151 characters of at most 150/,
    ],
  ])('is named with what is wrong when it %s', (_, text, code, message) => {
    expect(() => slackOf(text)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  test.each([
    ['{"type": "message"}', /no attachments/],
    ['{"type": "message", "attachments": [{"contentType": "text/html"}]}', /contentType/],
    ['{"blocks": []}', /its type is not "message"/],
  ])('is named for Teams: %s', (text, message) => {
    expect(() => teamsOf(text)).toThrow(
      expect.objectContaining({ code: 'WAYBILL_ALERT_TEMPLATE_REFUSED', message: expect.stringMatching(message) }),
    );
  });
});

describe('a template', () => {
  const textOf = (text: string) =>
    alertMail({ kind: 'failed', reload: failure }, tenant, { ...formatted, template: { name: 'mail', text } }).html;

  test('reaches no prototype and writes no log', () => {
    expect(
      textOf('[{{constructor}}{{appName.constructor.name}}{{__proto__}}{{lookup this "constructor"}}{{log 1}}]'),
    ).toBe('[]');
  });

  test('has eq, loops, conditions and our fields', () => {
    expect(
      textOf('{{#if (eq status "error")}}{{#each appTags}}{{@index}}{{this}} {{/each}}{{/if}}{{triggeredByName}}'),
    ).toBe('0Alert 1Finance Starter');
  });

  test('counts anew when its text changes', () => {
    expect([textOf('one {{appName}}'), textOf('two {{appName}}'), textOf('one {{appName}}')]).toEqual([
      'one App',
      'two App',
      'one App',
    ]);
  });
});
