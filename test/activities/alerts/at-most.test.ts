import { describe, expect, it } from 'vitest';
import { atMost } from '../../../activities/alerts/at-most.ts';

describe('deliveries to a destination that does not answer', () => {
  it('leaves room for those to others, and puts off what is more than their number', async () => {
    const deliver = atMost(2);
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const hanging = answers.map(({ promise }) => deliver('slack/bi', () => promise));

    await expect(deliver('slack/bi', async () => 'late')).rejects.toMatchObject({
      code: 'WAYBILL_ALERT_UNREACHABLE',
      retryable: true,
      facts: { destination: 'slack/bi', setting: 'alerts.destinations.slack.bi' },
    });
    expect(await deliver('teams/bi', async () => 'sent')).toBe('sent');
    answers[0]?.resolve('sent');
    expect(await hanging[0]).toBe('sent');
    expect(await deliver('slack/bi', async () => 'sent after all')).toBe('sent after all');
    answers[1]?.reject(new Error('no answer'));
    await expect(hanging[1]).rejects.toThrow('no answer');
    expect(await Promise.all([1, 2].map((one) => deliver('slack/bi', async () => one)))).toEqual([1, 2]);
  });
});
