import type { ContentKind } from './contents.ts';

/** What people call the kinds that Qlik names for itself; others go by Qlik's name. */
const words: Readonly<Record<string, string>> = {
  appprops: 'app options',
  ColorMap: 'colours of a field',
  LoadModel: 'data manager settings',
  masterobject: 'master visualization',
};

const SINGLE_KINDS: ReadonlySet<ContentKind> = new Set(['script', 'properties']);

/** `sheet "Overview"`, `sheet without a title`; of what an app has once only, its kind alone. Never an id. */
export function nameForPeople(item: {
  readonly objectType: string;
  readonly title: string;
  readonly kind?: ContentKind;
}): string {
  const { objectType, title, kind } = item;
  const word = Object.hasOwn(words, objectType) ? words[objectType] : undefined;
  if (title !== '') return `${word ?? objectType} "${title}"`;
  if ((kind !== undefined && SINGLE_KINDS.has(kind)) || objectType === 'appprops' || objectType === 'LoadModel') {
    return word ?? objectType;
  }
  return `${word ?? objectType} without a title`;
}
