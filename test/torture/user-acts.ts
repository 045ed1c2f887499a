import type { World } from '../harness/world.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { accountOf, type Cast, castApp, type CastApp } from './cast.ts';
import type { RequestDeed, ServerValue, UserDeed } from './story.ts';

type AtTarget = Extract<UserDeed, { deed: 'at-target' }>;

/** What a person does in the QMC or the hub. Rejects where the site refuses. */
export async function actAsUser(deed: UserDeed, cast: Cast): Promise<string | undefined> {
  const { world } = cast.on;
  const { actAs } = world.site('dev');
  const app = castApp(cast, deed.app);
  if (deed.deed === 'at-target') return actAtTarget(deed, world, app.name);
  if (deed.deed === 'publish') return publishAgain(world, app);
  if (world.site('dev').app(app.id) === undefined) return 'the app is gone';
  await nextMoment();
  switch (deed.deed) {
    case 'request':
      actAs.setProperties(app.id, accountOf(deed.by), propertiesOf(deed, world));
      break;
    case 'add-target':
      actAs.setProperties(app.id, accountOf(deed.by), {
        PromoteToServer: [...valuesOf(world, app.id, 'PromoteToServer'), serverText(deed.server, world)],
      });
      break;
    case 'take-away':
      actAs.setProperties(app.id, accountOf(deed.by), { [deed.property]: [] });
      break;
    case 'edit':
      // Within a second of an approval by the same hand a removal cannot be told from it.
      if (deed.part === 'remove') await wait(1100);
      return edit(world, app.id, deed.part);
    case 'rename':
      actAs.rename(app.id, deed.name);
      app.name = deed.name;
      break;
    case 'describe':
      actAs.describe(app.id, deed.text);
      break;
    case 'tag':
      return tag(world, app.id, deed.names);
    case 'reload':
      await actAs.reload(app.id, { newData: deed.newData, fails: deed.fails });
      break;
    case 'change-owner':
      actAs.changeOwner(app.id, accountOf(deed.owner));
      break;
    case 'delete':
      actAs.deleteApp(app.id, 'COMPANY\\manager');
      break;
  }
  return undefined;
}

/** Nobody does two things within one millisecond, which is as fine as a site's dates are. */
async function nextMoment(): Promise<void> {
  await wait(2);
}

function propertiesOf(deed: RequestDeed, world: World): Record<string, string[]> {
  return {
    PromotionApproval: [...deed.approval],
    PromoteToServer: deed.servers.map((server) => serverText(server, world)),
    PromoteToStream: deed.streams.map((stream) => streamText(stream, deed.servers[0]?.site, world)),
    PromotionUnpublish: deed.unpublish ? ['True'] : [],
    PromotionS3Versioning: deed.version ? ['True'] : [],
    PromoteOnReload: deed.onReload ? ['True'] : [],
  };
}

function serverText({ site, word }: ServerValue, world: World): string {
  return `${site === 'nowhere' ? site : world.alias(site)} - ${word}`;
}

/** `id:Planning` stands for the id that this stream has at that site; nobody asks for it by name. */
export function streamText(stream: string, site: ServerValue['site'] | undefined, world: World): string {
  if (!stream.startsWith('id:')) return stream;
  const known = site === undefined || site === 'nowhere' ? 'test' : site;
  const made = world
    .site(known)
    .events()
    .find(({ entity, name }) => entity === 'Stream' && name === stream.slice(3));
  return `id:${made?.id ?? '00000000-0000-0000-0000-000000000001'}`;
}

function valuesOf(world: World, appId: string, property: string): string[] {
  const standing = world
    .site('dev')
    .standing()
    .find(({ id }) => id === appId);
  return (standing?.rows ?? []).filter(({ name }) => name === property).map(({ value }) => value);
}

function edit(world: World, appId: string, part: Extract<UserDeed, { deed: 'edit' }>['part']): undefined {
  const { actAs } = world.site('dev');
  if (part === 'title') actAs.edit(appId);
  if (part === 'community-sheet') actAs.edit(appId, { addSheet: 'Of the community', community: true });
  if (part === 'script') actAs.edit(appId, { script: `LOAD ${world.site('dev').events().length};` });
  if (part === 'remove') {
    const sheet = world
      .site('dev')
      .objects(appId)
      .find(({ objectType }) => objectType === 'sheet');
    if (sheet === undefined) throw new Error('it has no sheet');
    actAs.edit(appId, { removeObject: String(sheet['engineObjectId']) });
  }
}

function tag(world: World, appId: string, names: readonly string[]): undefined {
  const { actAs, events } = world.site('dev');
  const known = new Set(
    events()
      .filter(({ entity }) => entity === 'Tag')
      .map(({ name }) => name),
  );
  for (const name of names) if (!known.has(name)) actAs.createTag(name);
  actAs.setTags(appId, 'COMPANY\\manager', [...names]);
}

/** The copy that its owner got back is published anew; it is another app. */
function publishAgain(world: World, app: CastApp): string | undefined {
  const dev = world.site('dev');
  const copy = dev.standing().findLast(({ name, published }) => name === app.name && !published);
  if (copy === undefined) return 'nobody has a copy of it that is not published';
  dev.actAs.publish(copy.id, 'Sales');
  app.id = copy.id;
  return undefined;
}

function actAtTarget({ site, what }: AtTarget, world: World, name: string): string | undefined {
  const { actAs, standing } = world.site(site);
  if (what === 'add-twin') {
    actAs.publish(actAs.createApp({ name, owner: 'COMPANY\\other' }), 'Sales');
    return undefined;
  }
  const found = standing().find((app) => app.published && app.name === name);
  if (found === undefined) return 'no app of that name stands there';
  if (what === 'delete') actAs.deleteApp(found.id, 'COMPANY\\manager');
  if (what === 'rename') actAs.rename(found.id, `${name.slice(0, 200)} of last year`, 'COMPANY\\manager');
  if (what === 'edit') actAs.edit(found.id, {}, 'COMPANY\\manager');
  return undefined;
}
