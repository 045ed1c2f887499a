import type { Played } from './play.ts';
import type { Deed, Moment, Story } from './story.ts';

/** A story in plain words, numbered, with what came of each move where it was played. */
export function tellStory(story: Story, played: readonly Played[] = []): string[] {
  const { setting, apps, standing, switches, clocks, moves } = story;
  const named = (place: number): string => JSON.stringify(apps[place % apps.length]?.name);
  return [
    `Waybill: ${Object.entries(setting)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    ...switches.map(([name, value]) => `All sites: ${name} is ${JSON.stringify(value)}`),
    ...clocks.map(({ site, ms }) => `The clock of ${site} is ${ms / 1000} s ahead`),
    ...standing.map(({ site, app, stream }) => `At ${site} an app ${named(app)} stands in ${stream}`),
    ...apps.map(({ name, owner }) => `${owner} publishes ${JSON.stringify(name)} on dev`),
    ...moves.map((move, index) => `${momentText(move.when)}${deedText(move, named)}${playedText(played[index])}`),
  ].map((line, index) => `${String(index + 1).padStart(3)}. ${line}`);
}

function momentText(when: Moment): string {
  if (when.type === 'pause') return when.ms === 0 ? 'At once: ' : `After ${when.ms} ms: `;
  return when.type === 'quiet' ? 'When all is quiet: ' : `${when.name[0]?.toUpperCase()}${when.name.slice(1)}: `;
}

function playedText(played: Played | undefined): string {
  if (played === undefined) return '';
  const { atMs, cameToNothing } = played;
  return `  [${(atMs / 1000).toFixed(2)} s${cameToNothing === undefined ? '' : `; came to nothing: ${cameToNothing.split('\n')[0]}`}]`;
}

function deedText(deed: Deed, named: (place: number) => string): string {
  switch (deed.deed) {
    case 'request': {
      const { by, app, approval, servers, streams, unpublish, version, onReload } = deed;
      const to = servers.map(({ site, word }) => `${site} - ${word}`);
      const wishes = [unpublish && 'unpublish', version && 'keep a version', onReload && 'promote on reload'];
      const more = wishes.filter((wish) => wish !== false);
      return `${by} sets ${approval.join(' + ') || 'no word'} on ${named(app)} for ${to.join(', ') || 'no server'} in ${streams.join(', ')}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
    }
    case 'add-target':
      return `${deed.by} adds the target ${deed.server.site} - ${deed.server.word} to ${named(deed.app)}`;
    case 'take-away':
      return `${deed.by} takes ${deed.property} from ${named(deed.app)}`;
    case 'edit':
      return `its owner edits ${named(deed.app)} (${deed.part})`;
    case 'rename':
      return `its owner renames ${named(deed.app)} to ${JSON.stringify(deed.name)}`;
    case 'describe':
      return `its owner describes ${named(deed.app)} as ${JSON.stringify(deed.text)}`;
    case 'tag':
      return `the manager sets the tags of ${named(deed.app)} to [${deed.names.join(', ')}]`;
    case 'reload':
      return `${named(deed.app)} is reloaded${deed.newData ? ' with new data' : ''}${deed.fails ? ', which fails' : ''}`;
    case 'change-owner':
      return `${named(deed.app)} is given to ${deed.owner}`;
    case 'delete':
      return `the manager deletes ${named(deed.app)}`;
    case 'publish':
      return `the copy of ${named(deed.app)} is published again`;
    case 'at-target':
      return `at ${deed.site}, somebody does "${deed.what}" to the app ${named(deed.app)}`;
    case 'decide':
      return `by command: ${deed.verdict} ${named(deed.app)} for ${deed.site} (${deed.mode}) in ${deed.streams.join(', ')}`;
    case 'order':
      return `the operator orders ${deed.action}`;
    case 'pause':
      return `${deed.site} is paused`;
    case 'resume':
      return `${deed.site} is resumed`;
    case 'fault':
      return `from now on at ${deed.site}: ${ruleText(deed.rule)}`;
    case 'restart-repository':
      return `the repository of ${deed.site} restarts and is down for ${deed.downMs} ms`;
    case 'callbacks':
      return `callbacks of dev: ${JSON.stringify(deed.faults)}`;
    case 'mail':
      return `the mail server: ${deed.trouble}, ${deed.times} times`;
    case 'store':
      return `from now on at the store: ${ruleText(deed.rule)}`;
    case 'mend':
      return 'everything is mended';
    case 'kill':
      return `the ${deed.process} is killed and started anew`;
  }
}

function ruleText({ effect, ...rule }: { readonly effect: object }): string {
  const parts = Object.entries(rule).map(
    ([name, value]) => `${name} ${value instanceof RegExp ? value.source : String(value)}`,
  );
  return `${JSON.stringify(effect)}${parts.length > 0 ? ` on ${parts.join(', ')}` : ''}`;
}
