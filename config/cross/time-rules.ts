import type { ApprovalConfig } from '../types.ts';
import type { Finding, SettingPath } from '../problem.ts';
import type { Rule } from './rule.ts';

export const timesFit: Rule = ({ timeouts, retry, mail, sources }) => [
  ...longer(timeouts.heartbeatEveryMs >= timeouts.heartbeatMs, ['timeouts', 'heartbeatEvery'], 'less than heartbeat'),
  ...longer(retry.read.firstMs > retry.read.maxMs, ['retry', 'read', 'first'], 'no more than max'),
  ...longer(retry.write.firstMs > retry.write.maxMs, ['retry', 'write', 'first'], 'no more than max'),
  ...longer(retry.lock.firstMs > retry.lock.maxMs, ['retry', 'lock', 'first'], 'no more than max'),
  ...longer(mail.retry.firstMs > mail.retry.maxMs, ['mail', 'retry', 'first'], 'no more than max'),
  ...Object.entries(sources).flatMap(([alias, { approval, streams }]) => [
    ...waitFits(approval, approval, ['sources', alias, 'approval']),
    ...Object.entries(streams).flatMap(([name, stream]) =>
      waitFits({ ...approval, ...stream.approval }, stream.approval, ['sources', alias, 'streams', name, 'approval']),
    ),
  ]),
];

type Wait = Pick<ApprovalConfig, 'reminderMs' | 'escalateMs' | 'escalateTo' | 'expireMs'>;

/**
 * What lies behind the expiry would never come, and an escalation without addresses would reach nobody. `said` is what
 * stands here; what a stream only inherits is no mistake of its own.
 */
function waitFits({ escalateTo, expireMs }: Wait, said: Partial<Wait>, path: SettingPath): Finding[] {
  const { reminderMs = 0, escalateMs = 0 } = said;
  const isLate = (ms: number): boolean => expireMs > 0 && ms >= expireMs;
  return [
    ...longer(isLate(reminderMs), [...path, 'reminder'], 'less than expire, or 0 for no reminder'),
    ...longer(isLate(escalateMs), [...path, 'escalate'], 'less than expire, or 0 for no escalation'),
    ...(escalateMs > 0 && escalateTo.length === 0
      ? [
          {
            path: [...path, 'escalateTo'],
            wrong: 'nobody is named here',
            right: 'expected addresses, as escalate is set',
          },
        ]
      : []),
  ];
}

function longer(tooLong: boolean, path: SettingPath, right: string): Finding[] {
  return tooLong ? [{ path, wrong: 'this time is too long', right: `expected ${right}` }] : [];
}
