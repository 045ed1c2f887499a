import path from 'node:path';
import { parseStreamAlertMap } from '../../common/stream-alert-map.ts';
import { sourceSection } from '../sections/sources.ts';
import type { ImportBook } from './import-book.ts';
import { type Settings, settled } from './import-values.ts';
import { type SeedFolder, streamMapKey } from './read-seed.ts';
import { email, line, promotion, takeSwitch, unpublishing, versioning } from './seed-values.ts';

const reload = 'promote_on_reload';

/** The old program's key for the name of each custom property. */
const propertyKeys = {
  server: `${promotion}.custom_property_name_promote`,
  stream: `${promotion}.custom_property_name_promote_stream`,
  approval: `${promotion}.custom_property_name_promote_approval`,
  unpublish: `${unpublishing}.custom_property_name`,
  versioning: `${versioning}.custom_property_name`,
  reload: `${reload}.custom_property_name`,
  streamAlert: `${email}.custom_property_name_stream_alert_on_publish`,
};
type PropertyName = keyof typeof propertyKeys;

const defaultNames: Readonly<Record<PropertyName, string>> = sourceSection.parse({}).properties;

export interface SourceFacts {
  readonly alias: string;
  /** Whether the old program ran on the server of the source. */
  readonly isHere: boolean;
}

/** How the source is watched, and what its custom properties are called. */
export function sourceOf(book: ImportBook, seed: SeedFolder, facts: SourceFacts): Settings {
  const at = `sources.${facts.alias}`;
  const settings = settled({
    watch: watchOf(book, at, facts.isHere),
    properties: propertiesOf(book, at),
    promoteOnReload: reloadOf(book, at),
    afterPromotion: unpublishOf(book, at),
    streamAlertMap: streamMapOf(book, seed, at),
  });
  return settings ?? {};
}

/** The listener listens on this machine alone: a site elsewhere cannot call it. */
function watchOf(book: ImportBook, at: string, isHere: boolean): 'poll' | undefined {
  if (isHere) return undefined;
  book.look(
    'port',
    'The site is asked every minute. To have it call back, set listener.bind and listener.publicUrl, and take watch away.',
    `${at}.watch`,
  );
  return 'poll';
}

/** Two properties of one name, in any case, would be refused: the old program did not look. */
function propertiesOf(book: ImportBook, at: string): Settings | undefined {
  const names = new Map<PropertyName, string>();
  for (const name of Object.keys(propertyKeys) as PropertyName[]) {
    const written = book.read(propertyKeys[name], line);
    if (written !== undefined) names.set(name, written);
  }
  for (let wrong = sharedName(names); wrong !== undefined; wrong = sharedName(names)) {
    names.delete(wrong);
    book.drop(propertyKeys[wrong], 'Another property is called the same.');
    book.look(
      propertyKeys[wrong],
      'Another property is called the same. This one has the name of the defaults now.',
      `${at}.properties`,
    );
  }
  for (const name of names.keys()) book.carry(propertyKeys[name], `${at}.properties.${name}`);
  return settled(Object.fromEntries(names));
}

/** A written name that another property, written or not, has too; of two written ones the later. */
function sharedName(names: ReadonlyMap<PropertyName, string>): PropertyName | undefined {
  const all = Object.keys(propertyKeys) as PropertyName[];
  const nameOf = (one: PropertyName): string => (names.get(one) ?? defaultNames[one]).toLowerCase();
  return all.findLast((one) => names.has(one) && all.some((other) => other !== one && nameOf(other) === nameOf(one)));
}

function reloadOf(book: ImportBook, at: string): Settings | undefined {
  const setting = `${at}.promoteOnReload`;
  const enabled = takeSwitch(book, `${reload}.enabled`, `${setting}.enabled`, 'exact');
  if (enabled)
    book.change(
      `${reload}.enabled`,
      'A standing Deny stops it; a missing tag is made; with Duplicate the last five copies stay (keepLast).',
      setting,
    );
  return settled({ enabled, tag: book.take(`${reload}.tag_name`, `${setting}.tag`, line) });
}

function unpublishOf(book: ImportBook, at: string): Settings | undefined {
  const setting = `${at}.afterPromotion.unpublish`;
  const isAuto = takeSwitch(book, `${unpublishing}.auto_unpublish`, setting, 'exact');
  return isAuto === undefined ? undefined : { unpublish: isAuto ? 'always' : 'byProperty' };
}

function streamMapOf(book: ImportBook, seed: SeedFolder, at: string): string | undefined {
  if (seed.streamMap === undefined) return undefined;
  const setting = `${at}.streamAlertMap`;
  book.carry(streamMapKey, setting);
  const unusable = [...new Set(parseStreamAlertMap(seed.streamMap).problems.map((problem) => problem.line))];
  if (unusable.length > 0)
    book.look(
      streamMapKey,
      `These lines have no id of a stream with a mail address, and are left out: ${listed(unusable)}.`,
      setting,
    );
  return path.join(seed.path, ...streamMapKey.split('/'));
}

function listed(lines: readonly number[]): string {
  const shown = lines.slice(0, 20).join(', ');
  return lines.length > 20 ? `${shown} and ${lines.length - 20} more` : shown;
}
