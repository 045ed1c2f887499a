import type { OutsideDecision } from '../faults/checker/run-facts.ts';
import { standingApp } from '../harness/scenes.ts';
import type { StoryWorld } from './open-world.ts';
import type { Person, Story } from './story.ts';

/** The apps of a story in their world, and what no site's log tells of what was done to them. */
export interface Cast {
  readonly on: StoryWorld;
  readonly apps: CastApp[];
  readonly decisions: OutsideDecision[];
  readonly undeliverable: string[];
}

/** An app under the name that it bears now. */
export interface CastApp {
  id: string;
  name: string;
}

/** `DIR\user`. */
export function accountOf(person: Person): string {
  return `COMPANY\\${person}`;
}

/** The story's app of that place, counted round. */
export function castApp(cast: Cast, place: number): CastApp {
  return cast.apps[place % cast.apps.length]!;
}

/** Publishes the apps that the story begins with. */
export function publishFirst(story: Story, cast: Cast): void {
  const { actAs } = cast.on.world.site('dev');
  for (const { name, owner } of story.apps) {
    const id = actAs.createApp({
      name,
      owner: accountOf(owner),
      description: `What ${name} is for`.slice(0, 512),
      dataSizeBytes: 20_000,
    });
    actAs.publish(id, 'Sales');
    cast.apps.push({ id, name });
  }
}

/** Puts the apps at the targets that an Overwrite is to find. */
export function addStanding(story: Story, { on: { world } }: Cast): void {
  for (const { site, app, stream } of story.standing) {
    const { name } = story.apps[app % story.apps.length]!;
    const isThere = stream === 'Sales' || site !== 'prod';
    standingApp(world, site, name, isThere ? stream : 'Sales', 'COMPANY\\manager');
  }
}
