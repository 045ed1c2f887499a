import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { workflowTypes } from '../../workflows/contract.ts';
import { historyText, storedHistories, storeHistory } from '../harness/histories.ts';
import { startWorld, type World } from '../harness/world.ts';
import { runEveryWorkflow } from './every-workflow.ts';

const folder = path.join(import.meta.dirname, '..', 'histories');
const SECRETS = { installation: 'canary-installation-secret-1', mail: 'canary-mail-password-2' };

/** What only a secret, a file or a whole answer of QRS holds. */
const FORBIDDEN = [
  ...Object.values(SECRETS),
  'BEGIN PRIVATE KEY',
  'BEGIN EC PRIVATE KEY',
  'BEGIN CERTIFICATE',
  'qvapp_',
  'schemaPath',
  'privileges',
  'customProperties',
  'exportToken',
  'downloadPath',
  'xrfkey',
  '/notify/',
];

let world: World;
let histories: Map<string, string>;

beforeAll(async () => {
  world = await startWorld({
    targets: ['test'],
    change: (yaml) => {
      yaml['installation'].secret = SECRETS.installation;
      yaml['mail'].login = { user: 'waybill', password: SECRETS.mail };
    },
  });
  histories = await runEveryWorkflow(world);
});

afterAll(async () => {
  await world?.close();
});

describe('the histories of a run', () => {
  it('hold no secret, no bytes of a file and no answer of a site', async () => {
    const found: string[] = [];
    const query = `TaskQueue = "${world.config.temporal.taskQueue}"`;
    for await (const { workflowId, runId } of world.temporal.client.workflow.list({ query })) {
      const text = await historyText(world.temporal.client, workflowId, runId);
      for (const word of FORBIDDEN) if (text.includes(word)) found.push(`${word} in ${workflowId}`);
    }

    expect(found).toEqual([]);
  });

  it('are few events an app, all its workflows together', () => {
    const events = (name: string): number => (JSON.parse(histories.get(name) ?? '{}') as { events: [] }).events.length;
    const all = ['promotion-overwrite', 'deliver-overwrite'].map(events);

    expect(all.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(200);
  });
});

describe('the stored histories', () => {
  it('are there for every workflow', async () => {
    if (process.env['STORE_HISTORIES']) {
      for (const [name, json] of histories) await storeHistory(folder, name, json);
    }
    const types = await Promise.all((await storedHistories(folder)).map(typeOf));

    expect(Object.values(workflowTypes).filter((type) => !types.includes(type))).toEqual([]);
  });

  it('hold no secret, no bytes of a file and no answer of a site', async () => {
    const found: string[] = [];
    for (const name of await storedHistories(folder)) {
      const text = await decoded(name);
      for (const word of FORBIDDEN) if (text.includes(word)) found.push(`${word} in ${name}`);
    }

    expect(found).toEqual([]);
  });
});

async function typeOf(name: string): Promise<string | undefined> {
  const { events } = JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8')) as {
    events: { workflowExecutionStartedEventAttributes?: { workflowType?: { name?: string } } }[];
  };
  return events[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name;
}

/** A stored history with its payloads, which are base64 in JSON, as text. */
async function decoded(name: string): Promise<string> {
  const text = await readFile(path.join(folder, `${name}.json`), 'utf8');
  return text.replaceAll(/"data": "([A-Za-z0-9+/=]+)"/g, (_, data: string) => Buffer.from(data, 'base64').toString());
}
