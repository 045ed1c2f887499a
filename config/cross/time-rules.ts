import type { Finding, SettingPath } from '../problem.ts';
import type { Rule } from './rule.ts';

export const timesFit: Rule = ({ timeouts, retry, mail, sources }) => [
  ...longer(timeouts.heartbeatEveryMs >= timeouts.heartbeatMs, ['timeouts', 'heartbeatEvery'], 'less than heartbeat'),
  ...longer(retry.read.firstMs > retry.read.maxMs, ['retry', 'read', 'first'], 'no more than max'),
  ...longer(retry.write.firstMs > retry.write.maxMs, ['retry', 'write', 'first'], 'no more than max'),
  ...longer(retry.lock.firstMs > retry.lock.maxMs, ['retry', 'lock', 'first'], 'no more than max'),
  ...longer(mail.retry.firstMs > mail.retry.maxMs, ['mail', 'retry', 'first'], 'no more than max'),
  ...Object.entries(sources).flatMap(([alias, { approval }]) =>
    longer(
      approval.expireMs > 0 && approval.reminderMs >= approval.expireMs,
      ['sources', alias, 'approval', 'reminder'],
      'less than expire, or 0 for no reminder',
    ),
  ),
];

function longer(tooLong: boolean, path: SettingPath, right: string): Finding[] {
  return tooLong ? [{ path, wrong: 'this time is too long', right: `expected ${right}` }] : [];
}
