import { eq, type QrsFilter } from '../activities/qrs/client/filter.ts';
import type { SetupClient } from '../activities/qrs/client/setup-client.ts';
import type { QrsCustomPropertyValue, QrsTagRef } from '../activities/qrs/client/types.ts';
import type { DoneStep, Usage } from '../rules/setup/plan-undo.ts';
import type { StandingSetup } from '../rules/setup/setup-step.ts';

interface Bearer {
  readonly name: string;
  readonly customProperties?: readonly QrsCustomPropertyValue[];
  readonly tags?: readonly QrsTagRef[];
}

/** What at the site bears a value of the custom properties, or a tag, of these steps. Reads only. */
export async function readUsages(
  client: SetupClient,
  done: readonly DoneStep[],
  { definitions, tags }: StandingSetup,
): Promise<Usage[]> {
  const ids = new Set(done.map(({ id }) => id));
  const found: Usage[] = [];
  for (const { id, name, objectTypes } of definitions.filter((one) => ids.has(one.id))) {
    const ofName = eq('customProperties.definition.name', name);
    for (const [by, bearers] of await bearersOf(client, ofName, objectTypes)) found.push(...usagesOf(id, by, bearers));
  }
  for (const { id, name } of tags.filter((one) => ids.has(one.id))) {
    for (const [by, bearers] of await bearersOf(client, eq('tags.name', name), everyType)) {
      const those = bearers.filter((one) => one.tags?.some((tag) => tag.id === id));
      found.push(...those.map((one) => ({ id, value: '', by: `${by} "${one.name}"` })));
    }
  }
  return found;
}

const everyType = ['App', 'Stream', 'User'];

/** The site finds by name and in any case; whose property it is, is told by the id (QRS facts, section 4). */
function usagesOf(id: string, by: string, bearers: readonly Bearer[]): Usage[] {
  return bearers.flatMap(({ name, customProperties = [] }) =>
    customProperties
      .filter(({ definition }) => definition.id === id)
      .map(({ value }) => ({ id, value, by: `${by} "${name}"` })),
  );
}

async function bearersOf(
  client: SetupClient,
  filter: QrsFilter,
  objectTypes: readonly string[],
): Promise<(readonly [string, readonly Bearer[]])[]> {
  const reads = [
    ['App', 'app', async () => client.getApps(filter)],
    ['Stream', 'stream', async () => client.streams(filter)],
    ['User', 'user', async () => client.users(filter)],
  ] as const;
  const wanted = reads.filter(([type]) => objectTypes.includes(type));
  return Promise.all(wanted.map(async ([, by, read]) => [by, await read()] as const));
}
