import { fold, type StreamRef } from './app-facts.ts';

/** An app that stands published at the target under the promoted app's name. */
export interface StandingApp {
  readonly id: string;
  readonly name: string;
  readonly streamId: string;
}

export type PlannedItem =
  | {
      readonly action: 'publish';
      readonly stream: StreamRef;
      /** An overwrite that found no app to replace: one that was published there since is replaced instead. */
      readonly whereNoneStands?: true;
    }
  | { readonly action: 'replace'; readonly stream: StreamRef; readonly targetAppId: string };

/** A choice an operator has to make: several apps of that name stand in the stream. */
export interface SeveralSameNamed {
  readonly stream: StreamRef;
  readonly appIds: readonly string[];
}

export interface DeliveryPlan {
  readonly items: readonly PlannedItem[];
  readonly missingStreams: readonly string[];
  /** Stream names that more than one stream of the site bears, with their ids. */
  readonly ambiguousStreams: readonly { readonly name: string; readonly ids: readonly string[] }[];
  readonly several: readonly SeveralSameNamed[];
  /** Streams as asked for that were served under another name: by id before, by name now. */
  readonly alreadyServed: readonly string[];
}

export interface DeliveryChoice {
  readonly mode: 'overwrite' | 'duplicate';
  readonly streams: readonly string[];
}

export interface DeliveryFacts {
  readonly appName: string;
  readonly streams: readonly StreamRef[];
  readonly standing: readonly StandingApp[];
  readonly whenSeveral: 'stop' | 'all';
  /** Ids an operator chose where several bear the name. */
  readonly chosenAppIds: readonly string[];
  /** What the same approval asked for before these choices were added to it. */
  readonly before?: readonly DeliveryChoice[];
}

const BY_ID = /^id:\s*([0-9a-f-]{36})$/i;

/**
 * What to do at one target site. A missing stream never keeps the others from being served; two streams of one
 * name are never guessed between (defect 61): `id:<guid>` names one for sure.
 */
export function planDelivery(choices: readonly DeliveryChoice[], facts: DeliveryFacts): DeliveryPlan {
  const items: PlannedItem[] = [];
  const missing = new Set<string>();
  const ambiguous = new Map<string, readonly string[]>();
  const several: SeveralSameNamed[] = [];
  const alreadyServed: string[] = [];
  const served = servedBefore(facts);
  for (const { mode, name } of flatten(choices)) {
    const found = findStreams(name, facts.streams);
    const [stream] = found;
    if (!stream) missing.add(name);
    else if (found.length > 1) ambiguous.set(name, found.map((one) => one.id).toSorted());
    else if (served.has(`${mode} ${stream.id}`)) alreadyServed.push(name);
    else if (mode === 'duplicate') items.push({ action: 'publish', stream });
    else planOverwrite(stream, facts, items, several);
  }
  return {
    items: withoutDoubles(items),
    missingStreams: [...missing],
    ambiguousStreams: [...ambiguous].map(([name, ids]) => ({ name, ids })),
    several,
    alreadyServed,
  };
}

/** The streams of which the approval asked something before, with what; one that is not found for sure counts for nothing. */
function servedBefore({ before = [], streams }: DeliveryFacts): ReadonlySet<string> {
  const found = flatten(before).map(({ mode, name }) => ({ mode, streams: findStreams(name, streams) }));
  return new Set(found.flatMap(({ mode, streams: [one, other] }) => (one && !other ? [`${mode} ${one.id}`] : [])));
}

function planOverwrite(
  stream: StreamRef,
  facts: DeliveryFacts,
  items: PlannedItem[],
  several: SeveralSameNamed[],
): void {
  const inStream = facts.standing.filter((app) => app.streamId === stream.id && fold(app.name) === fold(facts.appName));
  const chosen = inStream.filter((app) => facts.chosenAppIds.some((id) => fold(id) === fold(app.id)));
  const toReplace = inStream.length > 1 && facts.whenSeveral === 'stop' ? chosen : inStream;
  if (inStream.length === 0) items.push({ action: 'publish', stream, whereNoneStands: true });
  else if (toReplace.length === 0) several.push({ stream, appIds: inStream.map((app) => app.id).toSorted() });
  else items.push(...toReplace.map((app) => ({ action: 'replace' as const, stream, targetAppId: app.id })));
}

function flatten(choices: readonly DeliveryChoice[]): { mode: DeliveryChoice['mode']; name: string }[] {
  return choices.flatMap((choice) => choice.streams.map((name) => ({ mode: choice.mode, name: name.trim() })));
}

function findStreams(name: string, streams: readonly StreamRef[]): StreamRef[] {
  const id = BY_ID.exec(name)?.[1];
  return streams.filter((stream) => (id ? fold(stream.id) === fold(id) : fold(stream.name) === fold(name)));
}

function withoutDoubles(items: readonly PlannedItem[]): PlannedItem[] {
  const byKey = new Map<string, PlannedItem>();
  for (const item of items) {
    const key = item.action === 'replace' ? `replace ${item.targetAppId}` : `publish ${item.stream.id}`;
    if (!byKey.has(key)) byKey.set(key, item);
  }
  return [...byKey.values()];
}
