import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import { stagingOwner, type SiteWalk, type Step } from './site-walk.ts';

/** Something that stands in a stream because of a promotion. */
export interface Effect {
  readonly promotionKey: string;
  readonly site: string;
  readonly kind: 'published' | 'replaced';
  readonly appId: string;
  readonly streamId: string | null;
  /** What stood there before; of a published app: the staging app. */
  readonly before: AppStanding;
  readonly after: AppStanding;
  readonly step: Step;
  /** SHA-256 of the file that it was made of, where the site saw one. */
  readonly sha256: string | undefined;
}

/** What Waybill made under staging names on a site, and what became of it. */
export interface SiteEffects {
  readonly effects: readonly Effect[];
  /** The staging apps by id: whose they are, what they were copied from, their file. */
  readonly stagings: ReadonlyMap<string, StagedApp>;
  /** Events of Waybill's account that no staging name explains. */
  readonly unexplained: readonly Step[];
}

export interface StagedApp {
  readonly promotionKey: string;
  readonly installation: string;
  readonly copiedFrom: string | undefined;
  readonly sha256: string | undefined;
  readonly made: Step;
}

/** Follows staging names through a site's log: the only thing by which a write can be told to be a promotion's. */
export function effectsOf(walk: SiteWalk): SiteEffects {
  const effects: Effect[] = [];
  const stagings = new Map<string, StagedApp>();
  const unexplained: Step[] = [];
  for (const step of walk.steps) {
    if (!step.byWaybill || step.event.action === 'export-app') continue;
    const staged = stagedBy(step, stagings);
    const effect = staged === undefined ? effectBy(step, stagings) : undefined;
    if (staged !== undefined) stagings.set(step.event.id, staged);
    else if (effect !== undefined) effects.push(effect);
    else unexplained.push(step);
  }
  return { effects, stagings, unexplained };
}

function stagedBy(step: Step, stagings: ReadonlyMap<string, StagedApp>): StagedApp | undefined {
  const { event } = step;
  if (event.action !== 'upload-app' && event.action !== 'copy-app') return undefined;
  const owner = stagingOwner(event.name);
  if (owner === undefined) return undefined;
  const copiedFrom = textIn(event.details, 'source');
  const origin = copiedFrom === undefined ? undefined : stagings.get(copiedFrom);
  const sha256 = textIn(event.details, 'sha256') ?? origin?.sha256;
  return { ...owner, copiedFrom, sha256, made: step };
}

function effectBy(step: Step, stagings: ReadonlyMap<string, StagedApp>): Effect | undefined {
  const { event, before, after, site } = step;
  if (before === undefined || after === undefined) return undefined;
  const isPublish = event.action === 'publish-app';
  const staged = stagings.get(isPublish ? event.id : (textIn(event.details, 'source') ?? ''));
  if (staged === undefined || (!isPublish && event.action !== 'replace-app')) return undefined;
  return {
    promotionKey: staged.promotionKey,
    site,
    kind: isPublish ? 'published' : 'replaced',
    appId: event.id,
    streamId: after.streamId,
    before,
    after,
    step,
    sha256: staged.sha256,
  };
}

/** A text among an event's details. */
export function textIn(details: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = details[name];
  return typeof value === 'string' ? value : undefined;
}
