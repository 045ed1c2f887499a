import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitAfter } from '../../rules/waiting.ts';

const DAY = 86_400_000;
const policy = { reminderMs: 3 * DAY, escalateMs: 10 * DAY, expireMs: 30 * DAY };

describe('a wait for a decision', () => {
  it.each([
    ['at its start', 0, { reminder: 0, isEscalated: false, remindInMs: 3 * DAY, expireInMs: 30 * DAY }],
    ['just before the first reminder', 3 * DAY - 1, { reminder: 0, isEscalated: false, remindInMs: 1000 }],
    ['at the first reminder', 3 * DAY, { reminder: 1, isEscalated: false, remindInMs: 3 * DAY }],
    ['between the third reminder and the escalation', 9 * DAY, { reminder: 3, isEscalated: false, remindInMs: DAY }],
    ['at the escalation', 10 * DAY, { reminder: 3, isEscalated: true, remindInMs: 2 * DAY }],
    ['after a week in which nothing ran', 16 * DAY, { reminder: 5, isEscalated: true, remindInMs: 2 * DAY }],
    ['past its end', 31 * DAY, { reminder: 10, isEscalated: true, expireInMs: 1000 }],
    ['when the clock was set back', -DAY, { reminder: 0, remindInMs: 3 * DAY, expireInMs: 30 * DAY }],
  ])('knows what is due %s', (_, waitedMs, due) => {
    expect(waitAfter(policy, waitedMs)).toMatchObject(due);
  });

  it('is for ever and silent where all is 0', () => {
    expect(waitAfter({ reminderMs: 0, escalateMs: 0, expireMs: 0 }, 400 * DAY)).toEqual({
      reminder: 0,
      isEscalated: false,
      remindInMs: undefined,
      expireInMs: undefined,
    });
  });

  it('comes to every reminder and to one escalation, however late each wake is', () => {
    const times = fc.record({
      reminderMs: fc.integer({ min: 0, max: 20 }).map((hours) => hours * 3_600_000),
      escalateMs: fc.integer({ min: 0, max: 200 }).map((hours) => hours * 3_600_000),
    });
    fc.assert(
      fc.property(times, fc.array(fc.integer({ min: 0, max: 900_000 }), { minLength: 30 }), (waits, lateness) => {
        const told = new Set<string>();
        let waitedMs = 0;
        for (const lateMs of lateness) {
          const due = waitAfter({ ...waits, expireMs: 0 }, waitedMs);
          if (due.reminder > 0) told.add(`reminder ${due.reminder}`);
          if (due.isEscalated) told.add('escalation');
          if (due.remindInMs === undefined) break;
          waitedMs += due.remindInMs + lateMs;
        }
        const { reminder, isEscalated } = waitAfter({ ...waits, expireMs: 0 }, waitedMs - 900_000 - 1000);
        for (let nth = 1; nth <= reminder; nth += 1) expect(told).toContain(`reminder ${nth}`);
        if (isEscalated) expect(told).toContain('escalation');
      }),
    );
  });
});
