import { describe, expect, test } from 'vitest';
import { alertMail } from '../../../../activities/alerts/messages/alert-mail.ts';
import { slackMessage } from '../../../../activities/alerts/messages/slack-message.ts';
import { teamsMessage } from '../../../../activities/alerts/messages/teams-message.ts';
import { webhookBody } from '../../../../activities/alerts/messages/webhook-body.ts';
import { appId, basic, digest, failure, formatted, recovered, tenant } from './alert-fixtures.ts';
import { textsOf } from './service-limits.ts';

const failed = { kind: 'failed', reload: failure } as const;
const allSaid = (message: object) => textsOf(message).join('\n');

describe('a formatted message', () => {
  /** All that the messages of Butler say. */
  const values = [
    'Qlik Sense Cloud app reload failed',
    'App',
    appId,
    'Owner',
    'o@x.y',
    '2024-10-14 11:31:30',
    '2024-10-14 11:31:39',
    '0 hours, 0 minutes, 9 seconds',
    'hub',
    'r28',
    'tid',
    'cmt',
    'm',
    'E',
    '10',
    'false',
    'simple log',
    'The script log contains 4 rows in total, with 8 characters in them. Here are the first 2 rows:',
    'Here are the last 2 rows:',
    'https://q',
    'https://h',
    `https://acme.eu.qlikcloud.com/sense/app/${appId}`,
  ];
  const labels =
    'App name|App ID|App owner|App owner email|Reload started|Reload ended|Duration|Trigger|Reload ID|Tenant ID|Tenant comment|Error message|Error code|Peak memory bytes|Failed due to memory constraint|Log message|Open QMC|Open hub|Open app'.split(
      '|',
    );

  test.each([
    ['Slack', allSaid(slackMessage(failed, tenant, formatted))],
    ['Teams', allSaid(teamsMessage(failed, tenant, formatted))],
    ['mail', alertMail(failed, tenant, formatted).text],
    ['mail in HTML', alertMail(failed, tenant, formatted).html],
  ])('says all that Butler says in %s', (_, said) => {
    expect([...values, ...labels].filter((words) => !said.includes(words))).toEqual([]);
  });

  test('says what else became of a reload', () => {
    const canceled = { kind: 'failed', reload: { ...failure, status: 'CANCELED' } } as const;

    expect(alertMail(canceled, tenant, formatted).subject).toBe('Qlik Sense Cloud app reload was canceled: "App"');
  });

  test('shows each line of a short log once', () => {
    const log = { head: ['a', 'b'], tail: ['b', 'c'], lines: 3, characters: 3 };
    const { text } = alertMail({ kind: 'failed', reload: { ...failure, log } }, tenant, formatted);

    expect(text).toMatch(/first 2 rows:\n\n {4}a\n {4}b\n\nHere is the last row:\n\n {4}c\n/);
  });

  test('posts to Slack as whom and where it is told', () => {
    const identity = { channel: '#qlik', username: 'Qlik', iconEmoji: ':x:' };

    expect(slackMessage(failed, tenant, { ...formatted, identity })).toMatchObject({
      channel: '#qlik',
      username: 'Qlik',
      icon_emoji: ':x:',
    });
  });
});

describe('a basic message', () => {
  test('says the words of its template, and no more of the reload', () => {
    const options = { ...basic, basicMsgTemplate: { name: 'setting', text: 'Failed: "{{appName}}" & co' } };
    const mail = alertMail(failed, tenant, options);

    expect(slackMessage(failed, tenant, options).text).toBe('Failed: "App" &amp; co');
    expect(textsOf(slackMessage(failed, tenant, options))).toContain('Failed: "App" & co');
    expect(textsOf(teamsMessage(failed, tenant, options))).toContain('Failed: "App" & co');
    expect(mail.text).toMatch(/^Failed: "App" & co\n/);
    expect(mail.text).not.toContain('l1');
  });

  test('takes many lines and many words', () => {
    const text = `{{appName}}\n${'word '.repeat(100)}`;
    const { blocks } = slackMessage(failed, tenant, { ...basic, basicMsgTemplate: { name: 'setting', text } });

    expect(blocks?.[0]).toMatchObject({ type: 'section', text: { type: 'plain_text' } });
  });
});

describe('a digest', () => {
  test.each([
    ['Slack', allSaid(slackMessage(digest, tenant, formatted))],
    ['Teams', allSaid(teamsMessage(digest, tenant, formatted))],
    ['mail', alertMail(digest, tenant, formatted).text],
  ])('counts what was held back, for each app the last of it, in %s', (_, said) => {
    expect(said).toContain('7 failed reloads');
    expect(said).toContain('App: 2 failed reloads');
    expect(said).toContain('reload ID r30');
    expect(said).toContain('Error message: later');
    expect(said).toContain('Other app: 1 failed reload');
    expect(said).toContain('The script log could not be fetched: too many requests (log)');
    expect(said).toContain('4 more failed reloads were only counted.');
    expect(said.indexOf('App: 2 failed')).toBeLessThan(said.indexOf('Other app: 1 failed'));
  });
});

describe('a recovery', () => {
  test.each([
    ['Slack', allSaid(slackMessage(recovered, tenant, formatted))],
    ['Teams', allSaid(teamsMessage(recovered, tenant, formatted))],
    ['mail', alertMail(recovered, tenant, formatted).text],
  ])('says since when an app failed and how often, in %s', (_, said) => {
    expect(said).toContain('Qlik Sense Cloud app reloads again');
    for (const words of ['2024-10-14 12:00:00 (UTC)', '2024-10-14 11:31:39 (UTC)', '3 failed reloads', 'r31', 'r28']) {
      expect(said).toContain(words);
    }
    expect(said).toContain('Last error message');
  });
});

describe('a body for programs', () => {
  test('has the same fields whatever is known, and those of one kind only', () => {
    const [all, bare] = [
      webhookBody(failed, tenant, formatted),
      webhookBody(
        { kind: 'failed', reload: { ...failure, app: undefined, item: undefined, log: undefined } },
        tenant,
        formatted,
      ),
    ];

    expect(Object.keys(bare.failed ?? {})).toEqual(Object.keys(all.failed ?? {}));
    expect(all).toMatchObject({ version: 1, kind: 'failed', digest: null, recovered: null });
    expect(bare.failed).toMatchObject({ log: null, app: { tags: null, isPublished: null } });
  });

  test('tells a digest and a recovery', () => {
    expect(webhookBody(digest, tenant, formatted).digest).toMatchObject({ heldBack: 7, leftOut: 4 });
    expect(webhookBody(recovered, tenant, formatted).recovered).toMatchObject({ reloadId: 'r31', failures: 3 });
  });
});
