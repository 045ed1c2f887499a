import type { World } from '../harness/world.ts';
import { MANAGER, REP } from '../harness/world.ts';
import type { SentApp } from '../effects/effects.ts';

/** Something that somebody does to an app, and whether that is an edit of what an approval stands for. */
export interface Edit {
  readonly edit: string;
  readonly kind: 'content' | 'data' | 'other';
  readonly make: (world: World, app: SentApp) => Promise<void> | void;
}

/** The first sheet of an app, by its id within the app. */
function firstSheet(world: World, app: SentApp): string {
  const sheet = world
    .site('dev')
    .objects(app.id)
    .find((object) => object['objectType'] === 'sheet');
  return String(sheet?.['engineObjectId']);
}

const hands = (world: World) => world.site('dev').actAs;

/** Every kind of edit that the owner, an administrator or a task makes to a published app. */
export const edits: readonly Edit[] = [
  {
    edit: 'a sheet is added',
    kind: 'content',
    make: (world, app) => void hands(world).edit(app.id, { addSheet: 'One more', approved: true }),
  },
  {
    edit: 'a sheet is changed',
    kind: 'content',
    make: (world, app) => void hands(world).edit(app.id, { title: 'A better title' }),
  },
  {
    edit: 'a sheet is removed',
    kind: 'content',
    make: (world, app) => void hands(world).edit(app.id, { removeObject: firstSheet(world, app) }),
  },
  {
    edit: 'a sheet is taken back by its owner',
    kind: 'content',
    make: (world, app) => void hands(world).edit(app.id, { unapproveObject: firstSheet(world, app) }),
  },
  {
    edit: 'the script is changed',
    kind: 'content',
    make: (world, app) => void hands(world).edit(app.id, { script: 'LOAD 2 AS Two AUTOGENERATE 1;' }),
  },
  {
    edit: 'a private sheet is added',
    kind: 'other',
    make: (world, app) => void hands(world).edit(app.id, { addSheet: 'My own' }),
  },
  {
    edit: 'the description is changed',
    kind: 'other',
    make: (world, app) => hands(world).describe(app.id, 'Better words', REP),
  },
  { edit: 'it is renamed', kind: 'other', make: (world, app) => hands(world).rename(app.id, `${app.name}, renamed`) },
  { edit: 'it is tagged', kind: 'other', make: (world, app) => hands(world).setTags(app.id, REP, ['Important']) },
  {
    edit: 'another property is set',
    kind: 'other',
    make: (world, app) => hands(world).setProperties(app.id, MANAGER, { Department: ['Sales'] }),
  },
  { edit: 'it is reloaded', kind: 'data', make: (world, app) => hands(world).reload(app.id) },
];

/** What a policy of a source makes of edits. */
export interface ContentPolicy {
  readonly whenChanged: 'reapprove' | 'promoteLatest';
  readonly dataCountsAsContent: boolean;
}

/** Whether the edit asks for another approval under the policy. */
export function asksAgain({ kind }: Edit, { whenChanged, dataCountsAsContent }: ContentPolicy): boolean {
  return whenChanged === 'reapprove' && (kind === 'content' || (kind === 'data' && dataCountsAsContent));
}

/** Makes an edit; a person is slower than the millisecond of whatever was done before. */
export async function makeEdit(world: World, app: SentApp, edit: Edit): Promise<void> {
  const modified = (): number => Date.parse(String(world.site('dev').app(app.id)?.['modifiedDate']));
  while (Date.now() <= modified());
  await edit.make(world, app);
}
