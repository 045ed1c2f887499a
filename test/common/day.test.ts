import { describe, expect, it } from 'vitest';
import { nextDay, startOfDayUtc } from '../../common/day.ts';

describe('a day of a zone', () => {
  it('begins at its own midnight, also where clocks change', () => {
    expect(startOfDayUtc('2026-01-15', 'UTC')).toBe('2026-01-15T00:00:00.000Z');
    expect(startOfDayUtc('2026-01-15', 'Europe/Berlin')).toBe('2026-01-14T23:00:00.000Z');
    expect(startOfDayUtc('2026-03-29', 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
    expect(startOfDayUtc('2026-03-30', 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
    expect(startOfDayUtc('2026-10-26', 'Europe/Berlin')).toBe('2026-10-25T23:00:00.000Z');
    expect(startOfDayUtc('2026-06-01', 'America/Los_Angeles')).toBe('2026-06-01T07:00:00.000Z');
    expect(startOfDayUtc('2026-06-01', 'Pacific/Auckland')).toBe('2026-05-31T12:00:00.000Z');
  });

  it('is none where the text is no day', () => {
    for (const text of ['', 'yesterday', '2026-13-01', '2026-1-1']) expect(startOfDayUtc(text, 'UTC')).toBeUndefined();
  });

  it('is followed by the next', () => {
    expect(nextDay('2026-02-28')).toBe('2026-03-01');
    expect(nextDay('2026-12-31')).toBe('2027-01-01');
  });
});
