import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { waybillError } from '../common/errors/catalogue.ts';
import type { DoneStep } from '../rules/setup/plan-undo.ts';
import type { SetupStep } from '../rules/setup/setup-step.ts';
import { writeWhole } from './write-file.ts';

const texts = z.array(z.string()).readonly();
const rule = {
  name: z.string(),
  resourceFilter: z.string(),
  actions: z.number(),
  condition: z.string(),
  context: z.enum(['both', 'hub', 'qmc']),
  comment: z.string(),
};
const step = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('create-property'),
    name: z.string(),
    choiceValues: texts,
    objectTypes: texts,
    description: z.string(),
  }),
  z.object({
    do: z.literal('extend-property'),
    name: z.string(),
    before: z.object({ choiceValues: texts, objectTypes: texts }),
    choiceValues: texts,
    objectTypes: texts,
  }),
  z.object({ do: z.literal('create-tag'), name: z.string() }),
  z.object({ do: z.literal('create-rule'), ...rule }),
  z.object({ do: z.literal('disable-rule'), type: z.string(), ...rule }),
]) satisfies z.ZodType<SetupStep>;

const site = z.object({
  alias: z.string(),
  hosts: z.array(z.string()).min(1).readonly(),
  port: z.number(),
  certificates: z.string(),
  /** Where the password of the key stands, as in `${env:NAME}`; never the password. */
  certificatePassword: z.string().optional(),
  serverName: z.string().optional(),
  user: z.object({ directory: z.string(), id: z.string() }),
});

const entry = z.object({
  /** `begun`: whether the site carried it out is not known. */
  state: z.enum(['begun', 'done']),
  atUtc: z.string(),
  step,
  /** Of what was made or changed; there once it is done. */
  id: z.string().optional(),
});

const recordSchema = z.object({
  version: z.literal(1),
  madeBy: z.literal('waybill init'),
  site,
  entries: z.array(entry),
  /** The configuration, where none stood there before: SHA-256 of the text that was written last, in hex. */
  configuration: z.object({ sha256: z.string() }).optional(),
});

/** What `waybill init` made and changed at a source, each with what it was before. No secret is in it. */
export type SetupRecord = z.output<typeof recordSchema>;
export type RecordedSite = SetupRecord['site'];
export type RecordEntry = SetupRecord['entries'][number];

/** The record in a file; undefined where there is none. Safe to repeat. @throws WAYBILL_SETUP_RECORD_UNREADABLE */
export async function readRecord(file: string): Promise<SetupRecord | undefined> {
  const unreadable = (reason: string, cause: unknown) =>
    waybillError('WAYBILL_SETUP_RECORD_UNREADABLE', { file, reason }, { cause });
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw unreadable(code ?? 'it is no record that this Waybill wrote', cause);
  }
}

/** A record and the file that it stands in; each change is on disk before it returns. */
export class SetupBook {
  readonly file: string;
  #record: SetupRecord;

  constructor(file: string, record: SetupRecord) {
    this.file = file;
    this.#record = record;
  }

  get record(): SetupRecord {
    return this.#record;
  }

  /** The steps of which it is known that they were done, in order. */
  get done(): readonly DoneStep[] {
    return this.#record.entries.flatMap(({ step: one, id }) => (id === undefined ? [] : [{ step: one, id }]));
  }

  /** The steps of which it is not known. */
  get begun(): readonly SetupStep[] {
    return this.#record.entries.filter(({ id }) => id === undefined).map(({ step: one }) => one);
  }

  /** Notes that a step is about to be done. */
  async begin(begun: SetupStep): Promise<void> {
    await this.#keep([...this.#record.entries, { state: 'begun', atUtc: new Date().toISOString(), step: begun }]);
  }

  /** Notes that a step that was begun was done; `id` is that of what it made or changed. */
  async finish(begun: SetupStep, id: string): Promise<void> {
    const finished = (one: RecordEntry): RecordEntry => (isOpen(one, begun) ? { ...one, state: 'done', id } : one);
    await this.#keep(this.#record.entries.map(finished));
  }

  /** Forgets a step that was begun and surely not done. */
  async drop(begun: SetupStep): Promise<void> {
    await this.#keep(this.#record.entries.filter((one) => !isOpen(one, begun)));
  }

  /** Forgets what was taken back: `kind` of step on the thing of this id. */
  async forget(id: string, kinds: readonly SetupStep['do'][]): Promise<void> {
    await this.#keep(this.#record.entries.filter((one) => one.id !== id || !kinds.includes(one.step.do)));
  }

  /** Notes which text the configuration has that was made where none stood. */
  async noteConfiguration(sha256: string): Promise<void> {
    if (this.#record.configuration?.sha256 === sha256) return;
    this.#record = { ...this.#record, configuration: { sha256 } };
    await this.#save();
  }

  /** Removes the file. Safe to repeat. */
  async burn(): Promise<void> {
    await rm(this.file, { force: true });
  }

  async #keep(entries: RecordEntry[]): Promise<void> {
    this.#record = { ...this.#record, entries };
    await this.#save();
  }

  #save(): Promise<void> {
    return writeWhole(this.file, `${JSON.stringify(this.#record, null, 2)}\n`);
  }
}

function isOpen({ step: one, id }: RecordEntry, begun: SetupStep): boolean {
  return id === undefined && one.do === begun.do && one.name === begun.name;
}
