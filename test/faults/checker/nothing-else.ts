import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import { type Violation, violation } from './run-facts.ts';
import type { RunView } from './run-view.ts';
import { differences, isSame, type SiteWalk, stagingOwner, type Step } from './site-walk.ts';

/** Rule (g): nothing else changed on any site. */
export function checkNothingElse(view: RunView): Violation[] {
  return [...view.walks.values()].flatMap((walk) => [
    ...(view.siteEffects.get(walk.site)?.unexplained ?? []).flatMap((step) => checkUnexplained(view, step)),
    ...foreignStagings(view, walk),
    ...checkEnd(view, walk),
  ]);
}

/** A write that is neither a staging app being made nor an effect must belong to one. */
function checkUnexplained(view: RunView, step: Step): Violation[] {
  const { event, site } = step;
  const say = (what: string) => [violation('g', site, event.name, what)];
  if (event.entity === 'ExecutionResult' || event.action === 'reload-app') {
    return view.facts.settings.targets[site]?.data === 'reloadAfter' ? [] : say('Waybill reloaded it');
  }
  if (event.entity === 'Tag' && event.action === 'add-tag' && isReloadTag(view, site, event.name)) return [];
  if (event.entity !== 'App') return say(`Waybill did ${event.action} to a ${event.entity}`);
  if (event.action === 'delete-app') return isOwnToDelete(view, step) ? [] : say('Waybill deleted it');
  if (event.action === 'update-app') return checkUpdate(view, step);
  return say(`Waybill did ${event.action}, which no promotion explains`);
}

function isReloadTag(view: RunView, site: string, name: string): boolean {
  return isSame(view.facts.settings.sources[site]?.reload.tag ?? '', name);
}

/** Its own staging apps, what a standing order clears away, and a source (which rule (c) looks after). */
function isOwnToDelete(view: RunView, { site, event, before }: Step): boolean {
  const isStaging = view.siteEffects.get(site)?.stagings.has(event.id) === true;
  const isSource = view.facts.ledger.promotions.some((one) => one.site === site && one.appId === event.id);
  const isKept = view.facts.settings.sources[site] === undefined ? false : isSource;
  return isStaging || isKept || before === undefined;
}

function checkUpdate(view: RunView, step: Step): Violation[] {
  const { site, event, before, after } = step;
  if (before === undefined || after === undefined) return [];
  const say = (what: string) => violation('g', site, event.name, what);
  const isPromoted = view.effects.some((effect) => effect.site === site && effect.appId === event.id);
  const isStaging = view.siteEffects.get(site)?.stagings.has(event.id) === true;
  // Name, owner and stream of what was promoted are judged by rule (b), those of the owner's copy by rule (c).
  if (isPromoted || isStaging) return [];
  const isSource = view.facts.ledger.promotions.some((one) => one.site === site && one.appId === event.id);
  const source = view.facts.settings.sources[site];
  if (source === undefined || (!isSource && !isTagOnly(view, step))) return [say('Waybill changed it')];
  const kept = differences(before, after, [
    'name',
    'description',
    'owner',
    'streamId',
    'published',
    'allContent',
    'data',
  ]);
  const names = Object.values(source.properties);
  const added = after.rows.filter(
    (row) => !before.rows.some((one) => one.name === row.name && one.value === row.value),
  );
  const gone = before.rows.filter((row) => !after.rows.some((one) => one.name === row.name && one.value === row.value));
  const foreign = gone.filter((row) => !isOwnProperty(names, row.name));
  const tags = tagsChanged(before, after).filter((tag) => !isSame(tag, source.reload.tag));
  return [
    ...kept.map((what) => say(`Waybill changed it: ${what}`)),
    ...added.map((row) => say(`Waybill gave it ${row.name}=${row.value}`)),
    ...foreign.map((row) => say(`Waybill took ${row.name}=${row.value} from it`)),
    ...tags.map((tag) => say(`Waybill changed its tag ${tag}`)),
  ];
}

/** The wish for a version is a row of a request too; its name is no setting that the checker needs otherwise. */
function isOwnProperty(names: readonly string[], name: string): boolean {
  return names.some((one) => isSame(one, name)) || /version/iu.test(name);
}

function isTagOnly(view: RunView, { site, before, after }: Step): boolean {
  if (before === undefined || after === undefined) return false;
  const tags = tagsChanged(before, after);
  return tags.length > 0 && tags.every((tag) => isReloadTag(view, site, tag));
}

function tagsChanged(before: AppStanding, after: AppStanding): string[] {
  return [
    ...before.tags.filter((tag) => !after.tags.includes(tag)),
    ...after.tags.filter((tag) => !before.tags.includes(tag)),
  ];
}

/** Staging apps of promotions that nobody knows of. */
function foreignStagings(view: RunView, { site }: SiteWalk): Violation[] {
  const { ledger, settings } = view.facts;
  return [...(view.siteEffects.get(site)?.stagings.values() ?? [])].flatMap(({ installation, promotionKey, made }) => {
    const isKnown = ledger.promotions.some((promotion) => promotion.promotionKey === promotionKey);
    if (installation === settings.installation && isKnown) return [];
    return [violation('g', site, made.event.name, `it was made for ${promotionKey}, which is no promotion`)];
  });
}

/** What stands at the end is what the log tells; what Waybill promoted is judged by rule (b), copies by rule (c). */
function checkEnd(view: RunView, { site, facts, end }: SiteWalk): Violation[] {
  const promoted = new Set(view.effects.filter((effect) => effect.site === site).map((effect) => effect.appId));
  const copies = view.siteEffects.get(site)?.stagings ?? new Map();
  const found: Violation[] = [];
  for (const app of facts.end) {
    const told = end.get(app.id);
    const say = (what: string) => found.push(violation('g', site, app.name, what));
    if (told === undefined && stagingOwner(app.name) === undefined)
      say(`the app ${app.id} stands there and nobody made it`);
    if (told === undefined || promoted.has(app.id) || copies.has(app.id)) continue;
    for (const what of differences(told, app, compared)) say(`at the end ${what}, and nobody changed it`);
  }
  const here = new Set(facts.end.map((app) => app.id));
  for (const app of end.values()) {
    if (!here.has(app.id) && !promoted.has(app.id) && !copies.has(app.id))
      found.push(violation('g', site, app.name, `the app ${app.id} is gone, and nobody deleted it`));
  }
  return found;
}

const compared = [
  'name',
  'description',
  'published',
  'streamId',
  'owner',
  'baseContent',
  'allContent',
  'data',
  'tags',
  'rows',
] as const;
