import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateFinding } from '../../../rules/doctor/certificate-days.ts';
import { clockFinding } from '../../../rules/doctor/clock.ts';
import { diskFinding } from '../../../rules/doctor/disk.ts';
import { propertyFindings, type WantedProperty } from '../../../rules/doctor/properties.ts';
import { namedStreamFindings, streamFindings } from '../../../rules/doctor/streams.ts';
import { compareVersions, versionFindings } from '../../../rules/doctor/versions.ts';

const NOW = '2026-03-01T12:00:00.000Z';
const DAY_MS = 86_400_000;
const GB = 1024 ** 3;
const after = (ms: number): string => new Date(Date.parse(NOW) + ms).toISOString();

describe('a certificate', () => {
  const endingIn = (days: number, validFromUtc = '2020-01-01T00:00:00.000Z') =>
    certificateFinding(
      {
        check: 'site.certificates',
        subject: 'site dev',
        name: 'client.pem',
        validFromUtc,
        validToUtc: after(days * DAY_MS),
        remedy: 'Export again.',
      },
      NOW,
      (utc) => utc.slice(0, 10),
    );

  it.each([
    [-1, 'broken', 'client.pem has run out on 2026-02-28.', 'Export again.'],
    [0, 'broken', 'client.pem has run out on 2026-03-01.', 'Export again.'],
    [0.5, 'look', 'client.pem runs out on 2026-03-02, in less than a day.', 'Now: Export again.'],
    [1, 'look', 'client.pem runs out on 2026-03-02, in 1 day.', 'Now: Export again.'],
    [7, 'look', 'client.pem runs out on 2026-03-08, in 7 days.', 'Now: Export again.'],
    [8, 'look', 'client.pem runs out on 2026-03-09, in 8 days.', 'Within this month: Export again.'],
    [31, 'look', 'client.pem runs out on 2026-04-01, in 31 days.', 'Plan it: Export again.'],
    [91, 'ok', 'client.pem is valid until 2026-05-31.', undefined],
  ])('that ends in %d days is %s', (days, verdict, what, remedy) => {
    expect(endingIn(days)).toMatchObject({ verdict, what });
    expect(endingIn(days).remedy).toBe(remedy);
  });

  it('that is not valid yet is broken, and the clocks are named', () => {
    expect(endingIn(100, after(DAY_MS))).toMatchObject({
      verdict: 'broken',
      remedy: expect.stringContaining('clocks') as string,
    });
  });

  it('never gets better while time passes', () => {
    const rank = { ok: 0, look: 1, broken: 2, skipped: 3 };
    fc.assert(
      fc.property(fc.integer({ min: -400, max: 400 }), fc.integer({ min: 0, max: 400 }), (days, passed) => {
        expect(rank[endingIn(days - passed).verdict]).toBeGreaterThanOrEqual(rank[endingIn(days).verdict]);
      }),
    );
  });
});

describe('versions', () => {
  const version = fc.array(fc.nat(200), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));

  it('are in one order, whatever they are written like', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) {
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        }
        expect(compareVersions(a, `${a}.0`)).toBe(0);
      }),
    );
  });

  it('matter where the source is newer than its target, and only there', () => {
    const ways = [{ source: 'dev', targets: ['test', 'prod', 'away'] }];
    const found = versionFindings(ways, { dev: '38.22.10', test: '38.22.9', prod: '39.0' });

    expect(found.map(({ subject, verdict }) => `${subject} ${verdict}`)).toEqual(['site test look', 'site prod ok']);
    expect(found[0]?.remedy).toContain('Ask the administrator of site "test" to update it to 38.22.10');
  });
});

describe('streams', () => {
  it('of one name are counted without regard to case, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('Sales', 'sales', 'SALES ', 'Finance')), (names) => {
        const sales = names.filter((name) => name !== 'Finance').length;
        const expected = (sales > 1 ? 1 : 0) + (names.length - sales > 1 ? 1 : 0);
        const found = streamFindings('test', names, false).filter(({ verdict }) => verdict === 'look');

        expect(found).toHaveLength(expected);
        expect(streamFindings('test', names, false)).toHaveLength(Math.max(1, expected));
      }),
    );
  });

  it('are missed at a target that shows none, not at a source', () => {
    expect(streamFindings('test', [], true)[0]?.verdict).toBe('look');
    expect(streamFindings('dev', [], false)[0]?.verdict).toBe('ok');
  });

  it('that the configuration names have to be there', () => {
    expect(namedStreamFindings('dev', ['Sales', 'Marketing'], ['SALES'])).toEqual([
      expect.objectContaining({
        verdict: 'look',
        what: 'sources.dev.streams names "Marketing", and the site shows no stream of that name.',
      }),
    ]);
    expect(namedStreamFindings('dev', [], ['Sales'])).toEqual([]);
  });
});

describe('properties', () => {
  const wanted: WantedProperty[] = [
    { key: 'approval', name: 'PromotionApproval', without: 'nobody can approve', isNeeded: true },
    { key: 'streamAlert', name: 'Alert', without: 'no stream can ask for mails', isNeeded: false },
  ];
  const defined = (name: string, ...objectTypes: string[]) => ({ name, choiceValues: [], objectTypes });

  it('are sound where each is for what it is set on', () => {
    const found = propertyFindings('dev', wanted, [defined('promotionapproval', 'App'), defined('Alert', 'Stream')]);

    expect(found.map(({ verdict }) => verdict)).toEqual(['ok']);
  });

  it('are broken where a needed one is missing or for something else, and worth a look where they can be done without', () => {
    expect(propertyFindings('dev', wanted, [defined('PromotionApproval', 'Stream')])).toEqual([
      expect.objectContaining({ verdict: 'broken', what: expect.stringContaining('resource type App') as string }),
      expect.objectContaining({
        verdict: 'look',
        remedy: expect.stringContaining('sources.dev.properties.streamAlert') as string,
      }),
    ]);
  });
});

describe('clock and disk', () => {
  it.each([
    [0, 'ok'],
    [60_000, 'ok'],
    [-60_000, 'ok'],
    [61_000, 'look'],
    [-600_000, 'look'],
  ])('a clock that is %d ms ahead is %s', (aheadMs, verdict) => {
    expect(clockFinding('dev', after(aheadMs), NOW, 'waybill-host').verdict).toBe(verdict);
  });

  it('says which way a clock is wrong, and leaves out a site that tells no time', () => {
    expect(clockFinding('dev', after(-600_000), NOW, 'waybill-host').what).toContain('10 min behind');
    expect(clockFinding('dev', undefined, NOW, 'waybill-host').verdict).toBe('skipped');
  });

  it.each([
    [0.5, 100, 'broken'],
    [5, 100, 'look'],
    [5, 20, 'ok'],
    [50, 1000, 'ok'],
  ])('%d GB free of %d are %s', (free, total, verdict) => {
    const room = { folder: '/data', setting: 'dataFolder', freeBytes: free * GB, totalBytes: total * GB };

    expect(diskFinding('worker', room).verdict).toBe(verdict);
    expect(diskFinding('worker', { ...room, notWritable: 'it is not there' })).toMatchObject({
      verdict: 'broken',
      remedy: expect.stringContaining('set dataFolder') as string,
    });
  });
});
