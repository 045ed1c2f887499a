import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Alert, AlertTenant } from '../../../../activities/alerts/messages/alert.ts';
import { alertMail } from '../../../../activities/alerts/messages/alert-mail.ts';
import { slackMessage } from '../../../../activities/alerts/messages/slack-message.ts';
import { teamsMessage } from '../../../../activities/alerts/messages/teams-message.ts';
import { webhookBody } from '../../../../activities/alerts/messages/webhook-body.ts';
import { basic, digest, failureWith, formatted, recovered, tenant } from './alert-fixtures.ts';
import { readTemplate } from './read-template.ts';
import { partsOf, slackComplaints, teamsComplaints } from './service-limits.ts';

/** Anything that a text can hold: lone halves of characters, controls, markup, entities; short or far too long. */
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '"',
    '\\',
    '\n',
    '\r\n',
    '```',
    '&amp;',
    '&#x27;',
    '<',
    '{{',
    '}}',
    '\ud800',
    '\ufdd0',
    '\u0000',
    '😀',
    '*',
  ),
);
const pieces = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''));
const text = fc.oneof(
  pieces,
  fc.tuple(pieces, fc.nat(200)).map(([part, times]) => part.repeat(times).slice(0, 4000)),
);
const lines = fc.array(text, { maxLength: 25 });

const alertOf: fc.Arbitrary<Alert> = fc
  .tuple(text, lines, fc.constantFrom('failed', 'digest', 'recovered'), fc.nat(25))
  .map(([words, log, kind, more]): Alert => {
    const reload = failureWith(words, log);
    if (kind === 'failed') return { kind: 'failed', reload };
    if (kind === 'recovered') return { ...recovered, lastFailure: reload };
    const reloads = Array.from({ length: more }, (_, index) => ({ ...reload, appId: `${index} ${words}` }));
    return { ...digest, reloads, heldBack: more };
  });

const tenantOf: fc.Arbitrary<AlertTenant> = fc.tuple(text, fc.nat(60)).map(([words, links]) => ({
  ...tenant,
  comment: words,
  qmcUrl: words,
  links: Array.from({ length: links }, (_, index) => ({
    linkText: words,
    comment: words,
    url: `https://x.y/${index}`,
  })),
}));

const options = fc
  .record({
    style: fc.constantFrom('formatted' as const, 'basic' as const),
    headLines: fc.nat(60),
    tailLines: fc.nat(60),
  })
  .map((chosen) => ({ ...formatted, ...chosen }));

const runs = { numRuns: 25, endOnFailure: true };

describe('whatever names, errors and logs hold', () => {
  test('gives Slack what it takes', () => {
    fc.assert(
      fc.property(alertOf, tenantOf, options, (alert, of, chosen) => {
        expect(slackComplaints(JSON.stringify(slackMessage(alert, of, chosen)))).toEqual([]);
      }),
      runs,
    );
  });

  test('gives Teams what it takes where the id of an app is as long as a text', () => {
    const reload = { ...failureWith('words', []), appId: '\u{1F600}'.repeat(2000) };
    const alert: Alert = { ...digest, reloads: [reload], heldBack: 1 };

    expect(teamsComplaints(JSON.stringify(teamsMessage(alert, tenant, formatted)))).toEqual([]);
  });

  test('gives Teams what it takes', () => {
    fc.assert(
      fc.property(alertOf, tenantOf, options, (alert, of, chosen) => {
        expect(teamsComplaints(JSON.stringify(teamsMessage(alert, of, chosen)))).toEqual([]);
      }),
      runs,
    );
  });

  test('fills a template of JSON with what comes back out of it', () => {
    const slack = { ...formatted, template: readTemplate('slack') };
    const teams = { ...formatted, template: readTemplate('teams') };
    fc.assert(
      fc.property(text, lines, (words, log) => {
        const alert: Alert = { kind: 'failed', reload: failureWith(words, log) };
        const [toSlack, toTeams] = [slackMessage(alert, tenant, slack), teamsMessage(alert, tenant, teams)];

        expect(slackComplaints(JSON.stringify(toSlack))).toEqual([]);
        expect(teamsComplaints(JSON.stringify(toTeams)).filter((one) => !/Fact|CodeBlock/.test(one))).toEqual([]);
        expect(partsOf(toTeams).filter(({ type }) => type === 'CodeBlock')).toHaveLength(3);
      }),
      runs,
    );
  });

  test('gives a mail with a subject of one line, and markup only where it is ours', () => {
    fc.assert(
      fc.property(alertOf, tenantOf, (alert, of) => {
        const { subject, html, text: plain } = alertMail(alert, of, basic);

        expect(subject).toMatch(/^[^\r\n]+$/u);
        expect(html.match(/<html/g)).toHaveLength(1);
        expect(plain).not.toMatch(/\[object|undefined/);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });

  test('gives programs a body that a broker takes, the same for the same alert', () => {
    fc.assert(
      fc.property(alertOf, tenantOf, options, (alert, of, chosen) => {
        const body = JSON.stringify(webhookBody(alert, of, chosen));

        expect(Buffer.byteLength(body)).toBeLessThan(512 * 1024);
        expect(JSON.stringify(webhookBody(structuredClone(alert), of, chosen))).toBe(body);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});
