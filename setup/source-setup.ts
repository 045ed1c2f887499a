import { isWaybillError } from '../common/errors/waybill-error.ts';
import { waybillError } from '../common/errors/catalogue.ts';
import { eq } from '../activities/qrs/client/filter.ts';
import type { QrsLogger, QrsSite, QrsTimeouts } from '../activities/qrs/client/settings.ts';
import { createSetupClient } from '../activities/qrs/client/setup-client.ts';
import { planSetup, entityNamed } from '../rules/setup/plan-setup.ts';
import { planUndo, type UndoItem } from '../rules/setup/plan-undo.ts';
import type { SetupPlan, SetupStep, WantedSetup } from '../rules/setup/setup-step.ts';
import { doStep, findDone } from './do-step.ts';
import { lookAgain, type Pace } from './look-again.ts';
import { type RecordedSite, readRecord, SetupBook } from './record.ts';
import type { SourceSite } from './source-site.ts';
import { definitionOf, readStanding } from './standing.ts';
import { undoStep } from './undo-step.ts';
import { readUsages } from './usages.ts';

/** Setting up one source, and taking that back; what is done stands in a record. */
export interface SourceSetup {
  readonly book: SetupBook;
  /** The values that people can choose in a custom property; undefined where there is no such property. Reads only. */
  choicesOf(property: string): Promise<readonly string[] | undefined>;
  /** What is missing at the source. Reads only, but for the record: what an interrupted run left open is settled there. */
  plan(wanted: WantedSetup): Promise<SetupPlan>;
  /**
   * Does steps of a plan in their order, each noted in the record before and after. After a failure, and after a crash, a new
   * plan goes on where it stopped.
   * @throws WAYBILL_SETUP_NOT_DONE, WAYBILL_SETUP_CHANGED_MEANWHILE, WAYBILL_SETUP_NOT_WRITTEN, and what a write throws
   */
  carryOut(steps: readonly SetupStep[], onDone: (step: SetupStep) => void): Promise<void>;
  /** What an undo would do, the last step first. As `plan`, it settles what is open. */
  planUndo(force: boolean): Promise<UndoItem[]>;
  /** Takes steps back in this order; each is forgotten once it is back. Safe to repeat. Throws as `carryOut`. */
  takeBack(items: readonly UndoItem[], onDone: (item: UndoItem) => void): Promise<void>;
  close(): Promise<void>;
}

export interface SourceSetupOptions {
  readonly alias: string;
  readonly site: QrsSite;
  /** How the site is noted, to be found again for an undo. */
  readonly recorded: RecordedSite;
  readonly timeouts: QrsTimeouts;
  readonly pace: Pace;
  /** `waybill-init.json` beside the configuration. */
  readonly recordFile: string;
  readonly logger?: QrsLogger;
}

/** Opens the record and a client of the source. @throws WAYBILL_SETUP_RECORD_UNREADABLE, WAYBILL_SETUP_OTHER_SITE */
export async function openSourceSetup(options: SourceSetupOptions): Promise<SourceSetup> {
  const { alias, site: settings, recorded, timeouts, pace, recordFile, logger } = options;
  const standing = await readRecord(recordFile);
  if (standing && standing.entries.length > 0) mustBeSame(standing.site, recorded, recordFile);
  const empty = { version: 1, madeBy: 'waybill init', entries: [] } as const;
  const book = new SetupBook(recordFile, { ...(standing ?? { ...empty, entries: [] }), site: recorded });
  const client = createSetupClient({ alias, site: settings, timeouts, logger });
  const site: SourceSite = { client, pace, record: recordFile, write: { isOpen: false } };
  return {
    book,
    async choicesOf(property) {
      const found = entityNamed(property, await client.customPropertyDefinitions(eq('name', property)));
      return found && definitionOf(found).choiceValues;
    },
    async plan(wanted) {
      await settle(site, book);
      return planSetup(wanted, await readStanding(client, wanted.tags));
    },
    carryOut: (steps, onDone) => carryOut(site, book, steps, onDone),
    async planUndo(force) {
      await settle(site, book);
      const { done } = book;
      const tags = done.flatMap(({ step }) => (step.do === 'create-tag' ? [step.name] : []));
      const found = await readStanding(client, tags);
      return planUndo(done, found, await readUsages(client, done, found), force);
    },
    takeBack: (items, onDone) => takeBack(site, book, items, onDone),
    close: () => client.close(),
  };
}

/** A server by name and port; the alias is only what we call it. */
function mustBeSame(recorded: RecordedSite, wanted: RecordedSite, record: string): void {
  const placesOf = ({ hosts, port }: RecordedSite): string[] => hosts.map((host) => `${host.toLowerCase()}:${port}`);
  const known = placesOf(recorded);
  if (placesOf(wanted).some((place) => known.includes(place))) return;
  const facts = { record, recorded: known.join(', '), wanted: placesOf(wanted).join(', ') };
  throw waybillError('WAYBILL_SETUP_OTHER_SITE', facts);
}

/** Finds out what became of steps that an earlier run began and did not see the end of. */
async function settle(site: SourceSite, book: SetupBook): Promise<void> {
  for (const step of book.begun) {
    const id = await lookAgain(site.pace, async () => findDone(site, step).catch(somethingElse));
    if (id === undefined) await book.drop(step);
    else await book.finish(step, id);
  }
}

/** What stands there under the name is not what was begun. */
function somethingElse(error: unknown): undefined {
  if (!isWaybillError(error) || error.code !== 'WAYBILL_SETUP_CHANGED_MEANWHILE') throw error;
}

async function carryOut(
  site: SourceSite,
  book: SetupBook,
  steps: readonly SetupStep[],
  onDone: (step: SetupStep) => void,
): Promise<void> {
  for (const step of steps) {
    await book.begin(step);
    site.write.isOpen = false;
    const id = await doStep(site, step).catch(async (error: unknown) => {
      if (!site.write.isOpen) await book.drop(step);
      throw error;
    });
    await book.finish(step, id);
    onDone(step);
  }
}

async function takeBack(
  site: SourceSite,
  book: SetupBook,
  items: readonly UndoItem[],
  onDone: (item: UndoItem) => void,
): Promise<void> {
  for (const item of items) {
    const { done, back, why } = item;
    if (why !== undefined) continue;
    if (back) await undoStep(site, item, back);
    const isProperty = done.step.do === 'create-property';
    await book.forget(done.id, isProperty ? ['create-property', 'extend-property'] : [done.step.do]);
    if (back) onDone(item);
  }
}
