import { describe, expect, test } from 'vitest';
import type { Alert, AlertTenant, MessageOptions } from '../../../../activities/alerts/messages/alert.ts';
import { alertMail } from '../../../../activities/alerts/messages/alert-mail.ts';
import { slackMessage } from '../../../../activities/alerts/messages/slack-message.ts';
import { teamsMessage } from '../../../../activities/alerts/messages/teams-message.ts';
import { webhookBody } from '../../../../activities/alerts/messages/webhook-body.ts';
import type { FailedReload } from '../../../../rules/alerts/failed-reload.ts';
import { bareFailure, basic, failure, formatted, tenant } from './alert-fixtures.ts';
import { partsOf, slackComplaints, teamsComplaints, textsOf } from './service-limits.ts';

/** All that is said about a failure, in every form; fails where a service would refuse one. */
function everyMessage(reload: FailedReload, options: MessageOptions = formatted, of: AlertTenant = tenant) {
  const alert: Alert = { kind: 'failed', reload };
  const [slack, teams] = [slackMessage(alert, of, options), teamsMessage(alert, of, options)];
  expect(slackComplaints(JSON.stringify(slack))).toEqual([]);
  expect(teamsComplaints(JSON.stringify(teams))).toEqual([]);
  return { slack, teams, mail: alertMail(alert, of, options), body: webhookBody(alert, of, options) };
}

function withLog(...lines: string[]): FailedReload {
  return { ...failure, log: { head: lines, tail: [], lines: 9000, characters: 9000 } };
}

const slackTexts = (reload: FailedReload) => textsOf(everyMessage(reload).slack).join('\n');
const teamsTexts = (reload: FailedReload) => textsOf(everyMessage(reload).teams).join('\n');

describe('an alert is complete without what could not be had', () => {
  test('goes out everywhere when the event has only the fields of CloudEvents', () => {
    const { mail, body } = everyMessage({ ...bareFailure, missing: [] });

    expect(mail.subject).toContain(bareFailure.appId);
    expect(body.failed?.event).toEqual({ id: 'e2', type: 'com.qlik.v1.reload.finished', source: null });
  });

  for (const part of ['item', 'log', 'reload', 'app', 'owner', 'user'] as const) {
    test(`goes out everywhere and says so when the call for the ${part} fails`, () => {
      const reload = { ...failure, [part]: undefined, missing: [{ part, why: '429: API rate limit reached.' }] };

      for (const style of [formatted, basic]) {
        const { slack, teams, mail, body } = everyMessage(reload, style);
        for (const said of [textsOf(slack).join('\n'), textsOf(teams).join('\n'), mail.text, mail.html]) {
          expect(said).toMatch(/could not be (fetched|looked up): 429: API rate limit reached\./);
        }
        expect(body.failed?.missing).toEqual([{ part, why: '429: API rate limit reached.' }]);
      }
    });
  }

  test('goes out everywhere when the reload has no log of its own', () => {
    const { slack, mail } = everyMessage({ ...failure, reload: { ...failure.reload, log: undefined } });

    expect(textsOf(slack).join('\n')).not.toContain('Log message');
    expect(mail.text).toContain('The script log contains 4 rows');
  });

  test('goes out everywhere when the log could not be kept on disk', () => {
    expect(everyMessage(failure).body.failed?.log?.head).toEqual(['l1', 'l2']);
  });
});

describe('no text breaks a message', () => {
  test('keeps Slack when a log has quotation marks', () => {
    expect(slackTexts(withLog('LOAD "a" FROM [lib://x];'))).toContain('```LOAD "a" FROM [lib://x];```');
  });

  test('keeps Teams when a log has backslashes, and shows each once', () => {
    const path = String.raw`C:\new\table_1\u0041.qvd`;

    expect(teamsTexts(withLog(path))).toContain(path);
    expect(slackTexts(withLog(path))).toContain(`\`\`\`${path}\`\`\``);
  });

  test('keeps both when an app name has a backslash and an error message has lines', () => {
    const reload = {
      ...failure,
      app: { name: String.raw`Sales\2024` },
      reload: { ...failure.reload, errorMessage: 'first line\nsecond "line"' },
    };

    expect(slackTexts(reload)).toContain('*App name:*\nSales\\2024');
    expect(slackTexts(reload)).toContain('first line\nsecond "line"');
    expect(teamsTexts(reload)).toContain(String.raw`Sales\2024`);
    expect(teamsTexts(reload)).toContain('second "line"');
  });

  test('shows the lines of a log as lines in Slack, and no entities but those of & < >', () => {
    const said = slackTexts(withLog(`LET v = 'a'; // <b> & "c"`, 'second'));

    expect(said).toContain(`\`\`\`LET v = 'a'; // &lt;b&gt; &amp; "c"\nsecond\`\`\``);
    expect(said).not.toMatch(/\\n|&#|&quot;/);
  });

  test('leaves addresses with = and & as they are', () => {
    const link = { linkText: 'Search', url: 'https://acme.com/find?app=1&state=open' };
    const { slack, teams } = everyMessage(failure, formatted, { ...tenant, links: [link] });

    for (const message of [slack, teams]) {
      expect(partsOf(message).map(({ url }) => url)).toContain('https://acme.com/find?app=1&state=open');
    }
  });

  test('ends a code block of Slack only where the log ends', () => {
    expect(slackTexts(withLog('SET x = ```boom```;'))).toContain('SET x = `\u200b``boom`\u200b``;');
  });

  test('leaves Markdown in a log and in names alone in Teams', () => {
    const reload = { ...withLog('# *a* _b_ [c](d) `e`', '    - indented  twice'), app: { name: '**Sales** [x](y)' } };
    const { teams } = everyMessage(reload);
    const marked = partsOf(teams).filter(({ type }) => type === 'TextBlock');

    expect(textsOf(teams)).toContain('# *a* _b_ [c](d) `e`');
    expect(textsOf(teams)).toContain('\u00a0\u00a0\u00a0\u00a0- indented\u00a0\u00a0twice');
    expect(marked.map(({ text }) => text).join('')).not.toMatch(/[*_`[\]]/);
  });

  test('shows names with markup as they are in Slack', () => {
    const names = ['*Sales*', '_x_', '~y~', '`z`', '> quoted', ':tada:', '<!channel>', '@here & co'];
    for (const name of names) {
      const { slack } = everyMessage({ ...failure, app: { name } });
      const field = partsOf(slack).find(({ text }) => typeof text === 'string' && /App name:/.test(text));
      if (/[*_~`>:]/.test(name) && !name.startsWith('<'))
        expect(field).toMatchObject({ type: 'plain_text', text: `App name:\n${name}` });
      else expect(field).toMatchObject({ type: 'mrkdwn', verbatim: true });
    }
  });
});

describe('a log that is too long', () => {
  const lines = Array.from({ length: 500 }, (_, index) => `${index} ${'"\\<&'.repeat(20)}`);
  const long = { ...failure, log: { head: lines, tail: lines, lines: 1000, characters: 84_000 } };
  const many = { ...formatted, headLines: 500, tailLines: 500 };

  test('is cut at the ends of lines, and the message says how many are left out', () => {
    const { slack, teams } = everyMessage(long, many);
    const code = textsOf(slack).filter((text) => text.startsWith('```'));
    const [head = '', tail = ''] = code.slice(1).map((text) => text.slice(3, -3));
    const shown = head.split('\n').slice(0, -1);

    expect(head.split('\n').at(-1)).toBe(`… ${500 - shown.length} lines are left out here …`);
    expect(shown).toEqual(lines.slice(0, shown.length).map(asSlack));
    expect(tail.split('\n').at(-1)).toBe(asSlack(lines.at(-1) ?? ''));
    expect(tail.split('\n')[0]).toMatch(/^… \d+ lines are left out here …$/);
    expect(textsOf(teams).filter((text) => /lines are left out here/.test(text))).toHaveLength(2);
  });

  test('shows how its last line begins when that alone is too long', () => {
    const endless = { ...failure, log: { head: [], tail: ['x'.repeat(100_000)], lines: 1, characters: 100_000 } };

    expect(textsOf(everyMessage(endless, many).slack).some((text) => /^```x{2000,}…```$/.test(text))).toBe(true);
    expect(textsOf(everyMessage(endless, many).teams).some((text) => /^x{2000,}…$/.test(text))).toBe(true);
  });

  test('gives way before an error message of many lines does', () => {
    const error = Array.from({ length: 100 }, (_, index) => `cause ${index}`).join('\n');
    const { teams, slack } = everyMessage({ ...long, reload: { ...long.reload, errorMessage: error } }, many);

    expect(textsOf(teams)).toContain('cause 99');
    expect(textsOf(slack).some((text) => text.endsWith('cause 99'))).toBe(true);
  });
});

describe('each form by itself', () => {
  test('leaves the log in Slack and mail when Teams is to be basic', () => {
    const alert: Alert = { kind: 'failed', reload: failure };
    teamsMessage(alert, tenant, basic);

    expect(textsOf(slackMessage(alert, tenant, formatted))).toContain('```l1\nl2```');
    expect(alertMail(alert, tenant, formatted).text).toContain('    l1\n    l2');
  });

  test('has a subject though its template names a field that only client-managed sites have', () => {
    const alert: Alert = { kind: 'failed', reload: failure };
    const subjectOf = (text: string) =>
      alertMail(alert, tenant, { ...formatted, subject: { name: 'subject', text } }).subject;

    expect(subjectOf('Qlik Sense reload failed: "{{taskName}}"')).toBe('Qlik Sense reload failed: "App"');
    expect(subjectOf('Reload failed: "{{nothingLikeThat}}"')).toBe('Qlik Sense Cloud app reload failed: "App"');
    expect(subjectOf('{{nothingLikeThat}}')).toBe('Qlik Sense Cloud app reload failed: "App"');
    expect(subjectOf(' ')).toBe('Qlik Sense Cloud app reload failed: "App"');
    expect(subjectOf('{{appName}} {{nothingLikeThat}}')).toBe('App');
    expect(subjectOf('Something failed')).toBe('Something failed');
  });

  test.each([formatted, basic])('opens the hub by the button of the hub and QMC by that of QMC ($style)', (options) => {
    const { slack, teams, mail } = everyMessage(failure, options);
    const slackButtons = partsOf(slack).filter(({ type }) => type === 'button');
    const teamsButtons = partsOf(teams).filter(({ type }) => type === 'Action.OpenUrl');

    expect(slackButtons.map(({ text, url }) => [(text as { text: string }).text, url]).slice(0, 2)).toEqual([
      ['Open QMC', 'https://q'],
      ['Open hub', 'https://h'],
    ]);
    expect(teamsButtons.map(({ title, url }) => [title, url]).slice(0, 2)).toEqual([
      ['Open QMC', 'https://q'],
      ['Open hub', 'https://h'],
    ]);
    expect(mail.text).toContain('Open QMC: https://q\nOpen hub: https://h\n');
  });

  test('names who triggered the reload, and not the owner in their place', () => {
    expect(slackTexts(failure)).toContain('*App owner:*\nOwner');
    expect(slackTexts(failure)).toContain('*Triggered by:*\nStarter');
  });
});

function asSlack(line: string): string {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
