import { type Violation, violation } from './run-facts.ts';
import { isOpenByPlan, type RunView } from './run-view.ts';
import { stagingOwner } from './site-walk.ts';

/** Rule (e): no staging app, temporary file, open export or multipart upload is left. */
export function checkNothingLeft(view: RunView): Violation[] {
  return [...stagingApps(view), ...stagingRows(view), ...openExports(view), ...files(view), ...uploads(view)];
}

function stagingApps(view: RunView): Violation[] {
  return [...view.walks].flatMap(([site, { facts }]) =>
    facts.end.flatMap(({ id, name }) => {
      const owner = stagingOwner(name);
      const isOurs = owner?.installation === view.facts.settings.installation;
      if (!isOurs || isOpenByPlan(view, owner.promotionKey)) return [];
      return [violation('e', site, name, `the staging app ${id} is left`)];
    }),
  );
}

/** The ledger's own word of what it still has to remove. */
function stagingRows(view: RunView): Violation[] {
  return view.facts.ledger.stagings.flatMap(({ promotionKey, target, name, state }) => {
    const isLeft = state === 'open' || state === 'abandoned' || state === 'intended';
    if (!isLeft || isOpenByPlan(view, promotionKey)) return [];
    return [violation('e', target, name, `the ledger still has this staging app as ${state}`)];
  });
}

function openExports(view: RunView): Violation[] {
  if ((view.facts.expected.open ?? []).length > 0) return [];
  return [...view.walks].flatMap(([site, { facts }]) =>
    facts.openExports
      .filter(({ by }) => by === facts.apiUser)
      .map(({ token, appId }) => violation('e', site, nameOf(view, site, appId), `its export ${token} is still open`)),
  );
}

function nameOf(view: RunView, site: string, appId: string): string {
  const steps = view.walks.get(site)?.steps ?? [];
  return steps.findLast(({ event }) => event.id === appId)?.event.name ?? appId;
}

function files(view: RunView): Violation[] {
  return view.facts.incoming.map((file) => violation('e', 'the artifact folder', file, 'the temporary file is left'));
}

function uploads(view: RunView): Violation[] {
  const left = view.facts.store?.uploads ?? [];
  return left.map(({ key, uploadId }) =>
    violation('e', 'the S3 store', key, `the multipart upload ${uploadId} is left`),
  );
}
