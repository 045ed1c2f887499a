import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { templateContext } from '../../../../activities/alerts/messages/template-context.ts';
import { bareFailure, failure, formatted, tenant } from './alert-fixtures.ts';

const recorded = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'fixtures', 'butler-context.json'), 'utf8'),
) as Record<string, unknown>;

/** The shape of a value: its type, and those of its fields. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

describe('the 51 fields of Butler', () => {
  test('are all there with the values that Butler recorded', () => {
    expect(Object.keys(recorded)).toHaveLength(51);
    expect(templateContext(failure, tenant, formatted)).toMatchObject(recorded);
  });

  for (const [name, reload] of [['everything', failure] as const, ['next to nothing', bareFailure] as const]) {
    test(`have the same types when ${name} is known`, () => {
      const context = templateContext(reload, tenant, formatted);
      const shapes = Object.keys(recorded).map((key) => [key, shapeOf(context[key as keyof typeof context])]);

      expect(Object.fromEntries(shapes)).toEqual(shapeOf(recorded));
    });
  }
});

describe('our fields', () => {
  test('name who started the reload, where userName names the owner', () => {
    const context = templateContext(failure, tenant, formatted);

    expect(context.userName).toBe('Owner');
    expect(context).toMatchObject({ triggeredByName: 'Starter', triggeredById: 'usr', triggeredByEmail: 's@x.y' });
  });

  test('have the tags, the pages of the app and the name that old settings ask for', () => {
    const context = templateContext(failure, tenant, formatted);

    expect(context.appTags).toEqual(['Alert', 'Finance']);
    expect(context.appHubUrl).toBe(`${context.appUrl}/overview`);
    expect(context.taskName).toBe('App');
  });

  test('say what is missing in words', () => {
    const { missing } = templateContext(bareFailure, tenant, formatted);

    expect(missing.at(-1)).toEqual({
      part: 'log',
      why: 'too many requests (log)',
      text: 'The script log could not be fetched: too many requests (log)',
    });
  });

  test('take an app for published when it has a time of publishing, not when it came from elsewhere', () => {
    const published = { ...failure, app: { name: 'App', publishedAtUtc: '2024-01-01T00:00:00Z' } };

    expect(templateContext(published, tenant, formatted).appIsPublished).toBe(true);
  });

  test('name an app by its id when nobody told its name', () => {
    expect(templateContext(bareFailure, tenant, formatted).appName).toBe(bareFailure.appId);
  });
});

test('every field stands on the page about alert messages', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../../../docs/reference/alert-messages.md'), 'utf8');
  const fields = Object.keys(templateContext(failure, tenant, formatted));

  expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
});

describe('times', () => {
  test('are those of the zone, in summer and in winter', () => {
    const summer = templateContext(failure, tenant, { ...formatted, zone: 'Europe/Berlin' });
    const winter = templateContext(
      { ...failure, reload: { startedAtUtc: '2024-12-31T23:30:00Z', endedAtUtc: '2025-01-01T02:31:05.900Z' } },
      tenant,
      { ...formatted, zone: 'Europe/Berlin' },
    );

    expect(summer.executionStartTime).toEqual({
      startTimeUTC: '2024-10-14T11:31:30Z',
      startTimeLocal1: '2024-10-14 13:31:30',
      startTimeLocal2: '10/14/2024, 1:31:30 PM',
      startTimeLocal3: 'Oct 14, 2024, 1:31:30 PM',
      startTimeLocal4: 'October 14, 2024 at 1:31:30 PM GMT+2',
      startTimeLocal5: 'October 14, 2024 at 1:31:30 PM GMT+2',
    });
    expect(winter.executionStartTime.startTimeLocal1).toBe('2025-01-01 00:30:00');
    expect(winter.executionDuration).toEqual({ hours: 3, minutes: 1, seconds: 5 });
  });

  test('are UTC in a zone that does not exist, and stay what they are when they are none', () => {
    const odd = { ...failure, reload: { startedAtUtc: 'soon', endedAtUtc: '2024-10-14T11:31:39Z' } };
    const context = templateContext(odd, tenant, { ...formatted, zone: 'Mars/Olympus' });

    expect(context.timeZone).toBe('UTC');
    expect(context.executionStartTime.startTimeLocal1).toBe('soon');
    expect(context.executionStopTime.stopTimeLocal1).toBe('2024-10-14 11:31:39');
  });
});

describe('the script log', () => {
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);
  const long = {
    ...failure,
    log: { head: lines.slice(0, 20), tail: lines.slice(-20), lines: 40, characters: 300 },
  };

  test('has as many lines as asked for, none when none are asked for', () => {
    const three = templateContext(long, tenant, { ...formatted, headLines: 3, tailLines: 1 });
    const none = templateContext(long, tenant, { ...formatted, headLines: 0, tailLines: 0 });

    expect(three.scriptLogHead).toBe('line 1\r\nline 2\r\nline 3');
    expect(three.scriptLogTail).toBe('line 40');
    expect(none).toMatchObject({ scriptLogHead: '', scriptLogTail: '', scriptLogHeadCount: 0, scriptLogTailCount: 0 });
  });

  test('keeps what indents a line, and loses what no one should see', () => {
    const odd = {
      ...failure,
      log: { head: ['\tSQL\u0007 SELECT\u202e;\r', 'a\r\nb'], tail: [], lines: 2, characters: 9 },
    };

    expect(templateContext(odd, tenant, { ...formatted, headLines: 9 }).scriptLogHead).toBe(
      '    SQL  SELECT ;\r\na\r\nb',
    );
  });
});
