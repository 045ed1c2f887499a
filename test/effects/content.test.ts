import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultSwitches } from '../../sandbox/qrs/switches.ts';
import { expectSound } from '../faults/expect-sound.ts';
import { setSwitches } from '../faults/unknowns.ts';
import { type PromotionStatus, queries, type Trouble, workflowIds } from '../../workflows/contract.ts';
import { approve, endedPromotion } from '../harness/acts.ts';
import {
  countRequests,
  isPublished,
  mailsAbout,
  nthPromotion,
  resolveDelivery,
  resolvePromotion,
  stuckDelivery,
} from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  contentOf,
  expectUnpublished,
  fault,
  loseReplies,
  mendAll,
  promoted,
  send,
  standingApp,
  standingOf,
  startEffectsWorld,
  type SentApp,
} from './effects.ts';

const EXPORT = /^POST \/qrs\/app\/[^/]+\/export\//;
const DIFFERS = 'it does not hold what was exported';
const NOT_COMPARED = 'only its size and objects could be compared';
const NO_APP = { type: 'status', status: 200, text: 'This is no app file. '.repeat(50) } as const;

type Mode = 'off' | 'warn' | 'block';

/** The site shows each imported object with a hash of its own making, so that the lists of objects settle nothing. */
const UNTOLD = { contentHashOnImport: 'renewed' } as const;

/** A world that compares content in one way, and in which a step that waits for an operator waits for one. */
async function startContentWorld(content: Mode): Promise<World> {
  const change = (yaml: Record<string, unknown>): void => {
    yaml['verify'] = { content };
    yaml['retry'] = { ...(yaml['retry'] as object), recheck: '1h' };
  };
  return startEffectsWorld({ targets: ['test'], change });
}

function contentTests(mode: Mode, what: string, tests: (world: () => World) => void): void {
  describe(`verify.content: ${mode}, ${what}`, () => {
    let world: World;

    beforeAll(async () => {
      world = await startContentWorld(mode);
    });

    afterEach(() => {
      mendAll(world);
      setSwitches(world, defaultSwitches);
    });

    afterAll(async () => {
      await world?.close();
    });

    tests(() => world);
  });
}

async function resultsMail(world: World, app: SentApp): Promise<string> {
  const mail = await waitFor('the results mail', () =>
    mailsAbout(world, app.name).find(({ subject }) => subject.includes('promotion results')),
  );
  return mail.text.replaceAll(/\s+/g, ' ');
}

/** The answers that are on record, without their ids. */
async function answers(world: World, promotionKey: string): Promise<unknown[]> {
  const records = await world.ledger.recordsOf(promotionKey);
  return records
    .filter(({ type }) => type.endsWith('-compared'))
    .map(({ facts }) => (facts as { verdict: string }).verdict);
}

/** No export, beside the backup of what is replaced. */
async function exportsAtTarget(world: World, run: () => Promise<unknown>): Promise<number> {
  const before = countRequests(world, 'test', EXPORT);
  await run();
  return countRequests(world, 'test', EXPORT) - before;
}

contentTests('off', 'where an import loses something', (world) => {
  it.each([
    { what: 'loses charts', switches: { importLoses: 'charts' } as const },
    { what: 'gives objects other ids', switches: { importKeepsObjectIds: false } },
  ])('sees nothing of an import that $what, and exports nothing', async ({ what, switches }) => {
    setSwitches(world(), switches);
    standingApp(world(), 'test', `Off ${what}`);
    let app: SentApp | undefined;

    const exports = await exportsAtTarget(world(), async () => {
      app = send(world(), `Off ${what}`, { test: 'Overwrite' });
      await promoted(world(), app);
    });

    expect(exports).toBe(1);
    expect(await resultsMail(world(), app!)).not.toContain(DIFFERS);
  });
});

contentTests('warn', 'where nothing is lost', (world) => {
  it.each(['Overwrite', 'Duplicate'] as const)(
    'exports nothing again where the objects show that all is the same: %s',
    async (mode) => {
      const name = `Same by its list, ${mode}`;
      if (mode === 'Overwrite') standingApp(world(), 'test', name);
      const app = send(world(), name, { test: mode }, { unpublish: true });

      const exports = await exportsAtTarget(world(), () => promoted(world(), app));

      expect(exports).toBe(mode === 'Overwrite' ? 1 : 0);
      expect(countRequests(world(), 'dev', new RegExp(`^POST /qrs/app/${app.id}/export/`))).toBe(1);
      expect(await resultsMail(world(), app)).not.toMatch(/hold what was exported|could be compared/);
      expectUnpublished(world(), app);
      await expectSound(world());
    },
  );

  it.each(['Overwrite', 'Duplicate'] as const)(
    'exports without data where they do not, and says nothing when all is the same: %s',
    async (mode) => {
      setSwitches(world(), UNTOLD);
      const name = `Same by its file, ${mode}`;
      if (mode === 'Overwrite') standingApp(world(), 'test', name);
      const app = send(world(), name, { test: mode });

      const { promotionKey } = await promoted(world(), app);

      expect(await answers(world(), promotionKey)).toEqual(['same']);
      const compared = world()
        .site('test')
        .events()
        .findLast(({ action }) => action === 'export-app');
      expect(compared?.details).toMatchObject({ skipData: true });
      expect(await resultsMail(world(), app)).not.toContain(DIFFERS);
      await expectSound(world());
    },
  );

  it.each(['Overwrite', 'Duplicate'] as const)('tells of objects that bear other ids: %s', async (mode) => {
    setSwitches(world(), { importKeepsObjectIds: false });
    const name = `Other ids, ${mode}`;
    if (mode === 'Overwrite') standingApp(world(), 'test', name);
    const app = send(world(), name, { test: mode });

    await promoted(world(), app);

    const mail = await resultsMail(world(), app);
    expect(mail).toContain('measure "Measure 1" bears another id');
    expect(mail).not.toMatch(/is missing|was not exported/);
    await expectSound(world());
  });

  it('says that a file could not be read, and goes by size and objects', async () => {
    setSwitches(world(), UNTOLD);
    const unread = fault(world(), 'test', { effect: NO_APP, method: 'GET', path: '/tempcontent/', times: 0 });
    const app = send(world(), 'Unreadable', { test: 'Duplicate' });

    const { promotionKey } = await promoted(world(), app);

    expect(unread.struck).toBe(1);
    const mail = await resultsMail(world(), app);
    expect(mail).toContain(NOT_COMPARED);
    expect(mail).toContain('is no Qlik Sense app file');
    expect(await answers(world(), promotionKey)).toEqual(['not-compared']);
    await expectSound(world());
  });

  it('goes on without an answer when the site exports nothing, and leaves no export behind', async () => {
    setSwitches(world(), UNTOLD);
    const refused = fault(world(), 'test', {
      effect: { type: 'status', status: 500, text: 'Internal error' },
      method: 'POST',
      path: '/export/',
      times: 0,
      when: 'after',
    });
    const app = send(world(), 'Never exported', { test: 'Duplicate' });

    await promoted(world(), app);

    expect(refused.struck).toBe(5);
    const mail = await resultsMail(world(), app);
    expect(mail).toContain(NOT_COMPARED);
    expect(mail.slice(mail.indexOf(NOT_COMPARED)).split('.')[0]).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    await expectSound(world());
  });

  it('keeps the published app when the copy for its owner holds less', async () => {
    Object.assign(world().site('dev').switches, { contentHashShown: 'never', copyLoses: 'charts' });
    const app = send(world(), 'Poorer copy', { test: 'Duplicate' });

    const { promotionKey } = await promoted(world(), app);

    expect(isPublished(world(), 'dev', app.id)).toBe(true);
    expect(standingOf(world(), 'dev', app.name)).toHaveLength(1);
    expect(await answers(world(), promotionKey)).toContain('differs');
    expect(await resultsMail(world(), app)).toMatch(
      /The app stays where it is: the copy for its owner does not hold the same: sheet "Sheet 2" was changed/,
    );
    await expectSound(world());
  });
});

contentTests('warn', 'where an import loses something', (world) => {
  it('tells by name what an import lost', async () => {
    setSwitches(world(), { ...UNTOLD, importLoses: 'charts' });
    standingApp(world(), 'test', 'Lost charts');
    const app = send(world(), 'Lost charts', { test: 'Overwrite' });

    const { promotionKey } = await promoted(world(), app);

    expect(await resultsMail(world(), app)).toContain(`In stream "Sales" ${DIFFERS}: sheet "Sheet 2" was changed`);
    expect(await answers(world(), promotionKey)).toEqual(['differs']);
  });

  it('believes lists of objects that are alike, whatever the file holds', async () => {
    setSwitches(world(), { importLoses: 'charts' });
    standingApp(world(), 'test', 'Empty sheet');
    const app = send(world(), 'Empty sheet', { test: 'Overwrite' });

    await promoted(world(), app);

    expect(await resultsMail(world(), app)).not.toContain(DIFFERS);
  });
});

contentTests('off', 'where an import loses objects, whatever is compared', (world) => {
  it.each(['Overwrite', 'Duplicate'] as const)(
    'replaces and publishes nothing, and goes on once the site keeps all: %s',
    async (mode) => {
      setSwitches(world(), { importLoses: 'sheet' });
      const name = `Lost a sheet, ${mode}`;
      const standing = mode === 'Overwrite' ? standingApp(world(), 'test', name) : undefined;
      const before = standing && contentOf(world(), 'test', standing);
      const app = send(world(), name, { test: mode });

      const trouble = await stuckDelivery(world(), app.id, 'test');

      expect(trouble).toMatchObject({ code: 'WAYBILL_PROMOTION_IMPORT_LOSES', willRetry: false });
      expect(trouble.message).toContain('it has 1 of 2 objects of type sheet');
      if (standing) expect(contentOf(world(), 'test', standing)).toEqual(before);
      expect(standingOf(world(), 'test', name)).toHaveLength(standing ? 1 : 0);
      expect(isPublished(world(), 'dev', app.id)).toBe(true);

      setSwitches(world(), defaultSwitches);
      await resolveDelivery(world(), app.id, 'test', { action: 'retry', note: 'its engine was renewed' });
      await promoted(world(), app);
      await expectSound(world());
    },
  );
});

contentTests('block', 'where an import loses something', (world) => {
  it.each([
    { what: 'loses charts', switches: { importLoses: 'charts' } as const, words: 'sheet "Sheet 2" was changed' },
    { what: 'gives other ids', switches: { importKeepsObjectIds: false }, words: 'sheet "Sheet 1" bears another id' },
  ])(
    'stops at an import that $what until an operator skips, and keeps the source',
    async ({ what, switches, words }) => {
      setSwitches(world(), switches);
      standingApp(world(), 'test', `Block ${what}`);
      const app = send(world(), `Block ${what}`, { test: 'Overwrite' });

      const trouble = await stuckDelivery(world(), app.id, 'test');
      expect(trouble).toMatchObject({ code: 'WAYBILL_PROMOTION_CONTENT_DIFFERS', willRetry: false });
      expect(trouble.message).toContain(words);
      expect(isPublished(world(), 'dev', app.id)).toBe(true);
      await resolveDelivery(world(), app.id, 'test', { action: 'skip', note: 'looked at' });

      const { state } = await endedPromotion(world(), app.id);
      expect(state).toBe('not-promoted');
      expect(isPublished(world(), 'dev', app.id)).toBe(true);
    },
  );

  it('stops at a new app that holds less, and keeps the source when an operator aborts', async () => {
    setSwitches(world(), { importLoses: 'charts' });
    const app = send(world(), 'Less at the target', { test: 'Duplicate' });
    const trouble = await stuckDelivery(world(), app.id, 'test');
    expect(trouble).toMatchObject({ code: 'WAYBILL_PROMOTION_CONTENT_DIFFERS', step: 'compare the content' });

    await resolveDelivery(world(), app.id, 'test', { action: 'abort', note: 'approved again later' });

    expect(await endedPromotion(world(), app.id)).toMatchObject({ state: 'aborted' });
    expect(isPublished(world(), 'dev', app.id)).toBe(true);
  });
});

contentTests('block', 'where nothing is lost', (world) => {
  it.each(['Overwrite', 'Duplicate'] as const)(
    'reads the file again, and lets pass what is the same: %s',
    async (mode) => {
      const name = `Proven, ${mode}`;
      if (mode === 'Overwrite') standingApp(world(), 'test', name);
      const app = send(world(), name, { test: mode });

      const { promotionKey } = await promoted(world(), app);

      // What stands at the target, and the copy for the owner.
      expect(await answers(world(), promotionKey)).toEqual(['same', 'same']);
      expectUnpublished(world(), app);
      await expectSound(world());
    },
  );

  it('sees a replace that was answered and not done, where sizes and ids of objects agree, and replaces again on a retry', async () => {
    world().site('test').switches.contentHashShown = 'never';
    const app = send(world(), 'Replaced twice', { test: 'Duplicate' }, { unpublish: false });
    await promoted(world(), app);
    fault(world(), 'test', { effect: { type: 'not-done' }, method: 'PUT', path: '/replace' });
    const [standing] = standingOf(world(), 'test', app.name);

    editScript(world(), app);
    approve(world(), app.id, { test: 'Overwrite' }, ['Sales']);
    const trouble = await stuckDelivery(world(), app.id, 'test');
    expect(trouble.message).toContain('script was changed');
    await resolveDelivery(world(), app.id, 'test', { action: 'retry' });

    expect(await nthPromotion(world(), app.id, 2)).toMatchObject({ state: 'promoted' });
    expect(standingOf(world(), 'test', app.name).map(({ id }) => id)).toEqual([standing?.id]);
    expect(world().site('test').contentHash(standing!.id)).toBe(world().site('dev').contentHash(app.id));
    await expectSound(world());
  });

  it('says that a file could not be read, and does not stop', async () => {
    const unread = fault(world(), 'test', { effect: NO_APP, method: 'GET', path: '/tempcontent/', times: 0 });
    const app = send(world(), 'Unreadable, not different', { test: 'Duplicate' });

    await promoted(world(), app);

    expect(unread.struck).toBe(1);
    expect(await resultsMail(world(), app)).toContain(NOT_COMPARED);
    expectUnpublished(world(), app);
    await expectSound(world());
  });

  it.each([
    { reply: 'the start of the export', method: 'POST', path: '/export/' },
    { reply: 'the file', method: 'GET', path: '/tempcontent/' },
  ])('exports anew under another token when the reply is lost: $reply', async ({ reply, method, path }) => {
    const lost = loseReplies(world(), 'test', method, path, 2);
    const app = send(world(), `Lost: ${reply}`, { test: 'Duplicate' });

    const { promotionKey } = await promoted(world(), app);

    expect(lost.struck).toBe(2);
    expect(await answers(world(), promotionKey)).toEqual(['same', 'same']);
    await expectSound(world());
  });

  it('waits for a site that exports nothing, and replaces nothing again meanwhile', async () => {
    standingApp(world(), 'test', 'Patient');
    // The first export is the backup.
    const text = 'Forbidden';
    const refused = fault(world(), 'test', {
      effect: { type: 'status', status: 403, text },
      method: 'POST',
      path: '/export/',
      nth: 2,
      times: 0,
    });
    const app = send(world(), 'Patient', { test: 'Overwrite' });
    await stuckDelivery(world(), app.id, 'test');
    await resolveDelivery(world(), app.id, 'test', { action: 'retry' });
    await waitFor('the second refusal', () => refused.struck === 2);
    await stuckDelivery(world(), app.id, 'test');
    mendAll(world());
    await resolveDelivery(world(), app.id, 'test', { action: 'retry' });

    await promoted(world(), app);

    const replaces = world()
      .site('test')
      .events()
      .filter(({ action, name }) => action === 'replace-app' && name === 'Patient');
    expect(replaces).toHaveLength(1);
    await expectSound(world());
  });

  it.each([{ loses: 'sheet' as const }, { loses: 'charts' as const }])(
    'deletes no published app whose copy lost its $loses',
    async ({ loses }) => {
      world().site('dev').switches.copyLoses = loses;
      const app = send(world(), `Copy without ${loses}`, { test: 'Duplicate' });
      const copies = () => countRequests(world(), 'dev', new RegExp(`^POST /qrs/app/${app.id}/copy`));
      await waitFor('a copy that is not whole', () => copies() > 0);
      if (loses === 'charts') {
        const trouble = await stuckPromotion(world(), app);
        expect(trouble.code).toBe('WAYBILL_PROMOTION_COPY_DIFFERS');
        expect(trouble.message).toContain('sheet "Sheet 2" was changed');
      }
      expect(isPublished(world(), 'dev', app.id)).toBe(true);
      world().site('dev').switches.copyLoses = 'nothing';
      if (loses === 'charts') await resolvePromotion(world(), app.id, { action: 'retry' });
      else await removeCopy(world(), app);

      await promoted(world(), app);

      expectUnpublished(world(), app);
      await expectSound(world());
    },
  );
});

/** Why the promotion itself waits for an operator, once it does. */
async function stuckPromotion(world: World, app: SentApp): Promise<Trouble> {
  const handle = world.temporal.client.workflow.getHandle(workflowIds.promotion(world.alias('dev'), app.id));
  return waitFor('the promotion to need an operator', async () => {
    const { trouble } = await handle.query<PromotionStatus>(queries.status);
    return trouble;
  });
}

/** The script that the sandbox gives to a new app, but for what it loads: as long as it was. */
function editScript(world: World, { id, name }: SentApp): void {
  const script = `///$tab Main\r\nLET vApp = '${name}';\r\nLOAD 2 AS Two AUTOGENERATE 2;\r\n`;
  world.site('dev').actAs.edit(id, { script }, REP);
}

/** Takes away the copy that stands under the app's name, as an administrator does in the QMC. */
async function removeCopy(world: World, app: SentApp): Promise<void> {
  const copy = await waitFor('the copy under its name', () =>
    standingOf(world, 'dev', app.name).find(({ stream, owner }) => stream === undefined && owner === REP),
  );
  world.site('dev').actAs.deleteApp(copy.id, MANAGER);
}
