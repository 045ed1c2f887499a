import type { SiteFacts } from './site-facts.ts';
import type { SiteProblem } from './site-problems.ts';

export interface SiteHealth {
  readonly words: string;
  readonly tone: 'good' | 'bad' | 'warn' | 'quiet';
}

/** How a site is, in a few words: the worst that is known of it. */
export function siteHealth(facts: SiteFacts, problems: readonly SiteProblem[]): SiteHealth {
  const { queues, test, isPaused } = facts;
  if (problems.some(({ tone }) => tone === 'bad')) return { words: 'needs somebody', tone: 'bad' };
  if (isPaused) return { words: 'paused', tone: 'warn' };
  if (problems.length > 0) return { words: 'worth a look', tone: 'warn' };
  if (queues === undefined) return { words: 'not known', tone: 'quiet' };
  return test?.state === 'done' ? { words: 'fine', tone: 'good' } : { words: 'not tested', tone: 'quiet' };
}
