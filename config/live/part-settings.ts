import type { SettingPattern } from './setting-pattern.ts';

/** What each part of a process is made of: a change of anything else leaves it alone. What needs a restart does not count. */
export const partSettings: Readonly<
  Record<'worker' | 'listener' | 'subscriber' | 'console', readonly SettingPattern[]>
> = {
  worker: ['*'],
  console: ['*'],
  listener: ['sources.*.watch', 'listener.gather'],
  subscriber: ['alerts.broker', 'alerts.tenants', 'alerts.deadLetters'],
};
