import type { ActivityDependencies } from '../dependencies.ts';

/** What a look at a site needs, in a worker or wherever else its certificates are. */
export interface SiteEyes extends Pick<ActivityDependencies, 'config' | 'qrs' | 'logger' | 'nowUtc'> {
  readonly signal: AbortSignal;
  /** Who looks, as in `host7, where the worker runs,`. */
  readonly us: string;
}
