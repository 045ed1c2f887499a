import { describe, expect, it } from 'vitest';
import { broken, look } from '../../common/finding.ts';
import { siteHealth } from '../../views/sites/site-health.ts';
import type { SiteFacts } from '../../views/sites/site-facts.ts';
import { siteProblems } from '../../views/sites/site-problems.ts';

const nowMs = Date.parse('2026-06-01T12:00:00.000Z');
const utc = (days: number): string => new Date(nowMs + days * 86_400_000).toISOString();
const queue = { queue: 'site-dev', polled: true, backlog: 0 };
const status = { site: 'dev', inbox: 0, subscribed: true, subscribedUtc: utc(-1), lastCallUtc: utc(-0.5) };
const source: SiteFacts = {
  site: 'dev',
  isSource: true,
  isTarget: false,
  watchMode: 'callback',
  isPaused: false,
  queues: [queue],
  watch: status,
  versions: [],
};

function told(more: Partial<SiteFacts>) {
  const facts = { ...source, ...more };
  const problems = siteProblems(facts, nowMs);
  return { health: siteHealth(facts, problems).words, what: problems.map(({ what }) => what) };
}

function testedWith(untilUtc: string, testedDays: number): Partial<SiteFacts> {
  const certificates = [{ name: 'client.pem', untilUtc }];
  return { test: { state: 'done', atUtc: utc(testedDays), found: { findings: [], certificates } } };
}

describe('the health of a site', () => {
  it('is not known where Temporal is away, not tested before the first test, and fine after one', () => {
    expect(told({ queues: undefined, watch: undefined })).toEqual({ health: 'not known', what: [] });
    expect(told({})).toEqual({ health: 'not tested', what: [] });
    expect(told(testedWith(utc(400), -1))).toEqual({ health: 'fine', what: [] });
    expect(told({ ...testedWith(utc(400), -1), isPaused: true })).toEqual({ health: 'paused', what: [] });
  });

  it('tells that nobody serves it, and how much waits', () => {
    const { health, what } = told({ queues: [{ ...queue, polled: false, backlog: 4 }] });
    expect(health).toBe('needs somebody');
    expect(what).toEqual(['No worker serves this site: nothing goes on here, and 4 steps wait.']);
  });

  it.each([
    ['none', 'This source is not watched: nothing is found here.'],
    ['silent', 'The watch of this source did not answer in time.'],
    [{ ...status, subscribed: false }, 'The site has not been asked to call back, or refused'],
    [{ ...status, lastCallUtc: undefined }, 'It was asked to call back, and no call has come yet.'],
  ] as const)('tells what is amiss with its watch: %j', (watch, words) => {
    expect(told({ watch }).what).toEqual([expect.stringContaining(words)]);
  });

  it('expects no calls where none were asked for, or only just', () => {
    expect(told({ watchMode: 'poll', watch: { ...status, subscribed: false } }).what).toEqual([]);
    const justNow = new Date(nowMs - 60_000).toISOString();
    expect(told({ watch: { ...status, lastCallUtc: undefined, subscribedUtc: justNow } }).what).toEqual([]);
  });

  it.each([
    [100, -50, []],
    [80, -50, ['client.pem runs out in 80 days.']],
    [80, -1, []],
    [1, -5, []],
    [1, -10, ['client.pem runs out in 1 day.']],
    [-1, -3, ['client.pem has run out.']],
  ])('tells of a certificate with %d days left what the test of day %d could not', (left, testedDays, what) => {
    expect(told(testedWith(utc(left), testedDays)).what).toEqual(what);
  });

  it('tells what the latest test found, the worst first, for who reads it on a page', () => {
    const findings = [
      look(['site.clock', 'site dev'], 'The clock differs.', 'Set it, and run doctor again.'),
      broken(['site.user', 'site dev'], 'No such user.', 'Run doctor again.'),
    ];
    const problems = siteProblems({ ...source, test: { state: 'done', atUtc: utc(0), found: { findings } } }, nowMs);
    expect(problems).toEqual([
      { tone: 'bad', what: 'No such user.', remedy: 'Test the connection again.' },
      { tone: 'warn', what: 'The clock differs.', remedy: 'Set it, and test the connection again.' },
    ]);
    expect(told({ test: { state: 'unanswered', atUtc: utc(0), why: 'It hangs.' } }).what).toEqual([
      'The site could not be tested. It hangs.',
    ]);
  });
});
