import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';
import { type ReplayWorkerOptions, Worker } from '@temporalio/worker';

/** The history of a run as JSON text, in the form in which histories are stored and replayed. */
export async function historyJson(client: Client, workflowId: string, runId?: string): Promise<string> {
  return historyToJSON(await client.workflow.getHandle(workflowId, runId).fetchHistory());
}

/** Every byte of a history as text: whatever was stored in it can be searched for, payloads too (not encrypted ones). */
export async function historyText(client: Client, workflowId: string, runId?: string): Promise<string> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return Buffer.from(proto.temporal.api.history.v1.History.encode(history).finish()).toString('latin1');
}

/** Stores a history as `<folder>/<name>.json`, for `replayStored`. */
export async function storeHistory(folder: string, name: string, json: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Stack traces name the folder of the checkout, which is nobody else's.
  const portable = json.replaceAll(`${process.cwd()}/`, '');
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(JSON.parse(portable), undefined, 1)}\n`);
}

/** What one stored history came to. `error` when today's workflow code would go another way. */
export interface ReplayOutcome {
  readonly name: string;
  readonly error?: Error;
}

/** The names of the stored histories of a folder, without `.json`; empty when there is no such folder. */
export async function storedHistories(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .toSorted();
}

/**
 * Replays every stored history of a folder, in one call (temporal facts, section 2: one call a history trips over
 * native handles).
 */
export async function replayStored(
  folder: string,
  options: Pick<ReplayWorkerOptions, 'workflowBundle' | 'dataConverter'>,
): Promise<ReplayOutcome[]> {
  const names = await storedHistories(folder);
  const histories = await Promise.all(
    names.map(async (name) => {
      const history = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as { events: FirstEvent[] };
      return { workflowId: history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? name, history };
    }),
  );
  const outcomes: ReplayOutcome[] = [];
  for await (const result of Worker.runReplayHistories({ ...options, replayName: 'stored' }, histories)) {
    outcomes.push({ name: names[outcomes.length] ?? result.workflowId, error: result.error });
  }
  return outcomes;
}

interface FirstEvent {
  readonly workflowExecutionStartedEventAttributes?: { readonly workflowId?: string };
}
