import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityWorld, startActivityWorld } from '../activity-world.ts';
import {
  contentOf,
  fault,
  loseReply,
  publishStep,
  requestsTo,
  standing,
  standingApp,
  type Upload,
  uploadedApp,
} from '../acts.ts';
import { inputOf, overwrite } from '../target/overwriting.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const NO_APP = { type: 'status', status: 200, text: 'This is no app file. '.repeat(50) } as const;
const LOST: unknown = expect.stringContaining(
  'In stream "Sales" it does not hold what was exported: sheet "Sheet 2" was changed',
);

function compareAs(content: 'off' | 'warn' | 'block'): void {
  world.configure((yaml) => (yaml['verify'] = { content }));
}

const exportsAt = () => requestsTo(world.prod).filter((request) => request === 'POST /qrs/app/{id}/export/{id}').length;

async function compared(promotionKey: string): Promise<unknown[]> {
  const records = await world.ledger.recordsOf(promotionKey);
  return records
    .filter(({ type }) => type === 'content-compared')
    .map(({ seq, facts }) => [seq.replace(/[0-9a-f-]{36}/, '{id}'), (facts as { verdict: string }).verdict]);
}

describe('what was published', () => {
  const inputOfPublish = ({ decision, artifact, staged }: Upload) => ({
    decision,
    site: 'prod',
    ...staged,
    step: publishStep(world),
    artifact,
  });

  async function published(switches: Partial<typeof world.prod.switches> = {}) {
    Object.assign(world.prod.switches, switches);
    const upload = await uploadedApp(world);
    const input = inputOfPublish(upload);
    const outcome = await world.run((activities) => activities.publishStaging(input));
    world.prod.requestLog.clear();
    const compare = (attempt = 1, signal?: AbortSignal) =>
      world.run((activities) => activities.comparePublished(input), { attempt, signal });
    return { upload, outcome, compare, promotionKey: upload.decision.promotionKey };
  }

  it.each([
    ['off', {}, true],
    ['off', { contentHashOnImport: 'renewed' }, true],
    ['warn', {}, true],
    ['warn', { contentHashOnImport: 'renewed' }, false],
    ['warn', { contentHashShown: 'never' }, false],
    ['warn', { importKeepsObjectIds: false }, false],
    ['block', {}, false],
  ] as const)('is settled by its objects where %s, %o: %s', async (mode, switches, expected) => {
    compareAs(mode);

    expect((await published(switches)).outcome).toMatchObject({ isSettled: expected });
  });

  it('is read from an export without data, once, and says nothing where all is the same', async () => {
    const { compare, promotionKey } = await published({ contentHashOnImport: 'renewed' });

    expect(await compare()).toEqual({ warnings: [] });

    expect(exportsAt()).toBe(1);
    const { details } = world.prod.events().findLast(({ action }) => action === 'export-app')!;
    expect(details).toMatchObject({ skipData: true });
    expect(await compared(promotionKey)).toEqual([['deliver/prod/content/{id}', 'same']]);
    expect(await compare(2)).toEqual({ warnings: [] });
    expect(exportsAt()).toBe(1);
    expect(world.prod.openExports()).toEqual([]);
  });

  it('is told by name where something is lost, the same at a repeat', async () => {
    const { compare, promotionKey } = await published();
    const { upload } = await published();
    void upload;
    expect(await compare()).toEqual({ warnings: [] });
    expect(await compared(promotionKey)).toHaveLength(1);

    world.prod.switches.importLoses = 'charts';
    const lossy = await published();
    const warnings = ['In stream "Sales" it does not hold what was exported: sheet "Sheet 2" was changed'];
    expect((await lossy.compare()).warnings[0]).toContain(warnings[0]);
    expect((await lossy.compare(2)).warnings[0]).toContain(warnings[0]);
    expect(await compared(lossy.promotionKey)).toEqual([['deliver/prod/content/{id}', 'differs']]);
  });

  it('is not compared at all where that is off', async () => {
    const { compare, promotionKey } = await published({ importLoses: 'charts' });
    compareAs('off');

    expect(await compare()).toEqual({ warnings: [] });
    expect(exportsAt()).toBe(0);
    expect(await compared(promotionKey)).toEqual([]);
  });

  it('stops the delivery where a difference is to block, and is compared again then', async () => {
    compareAs('block');
    const { compare, promotionKey, upload } = await published({ importLoses: 'charts' });

    await expect(compare()).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_CONTENT_DIFFERS',
      facts: {
        app: upload.app.name,
        site: 'prod',
        differences: expect.stringContaining('sheet "Sheet 2" was changed'),
      },
    });
    expect(await compared(promotionKey)).toEqual([['deliver/prod/content/{id}/difference', 'differs']]);
    await expect(compare(2)).rejects.toMatchObject({ code: 'WAYBILL_PROMOTION_CONTENT_DIFFERS' });
    expect(exportsAt()).toBe(2);
  });

  it.each(['warn', 'block'] as const)('is no difference where the file cannot be read: %s', async (mode) => {
    compareAs(mode);
    const { compare, promotionKey } = await published();
    const unread = fault(world.prod, { effect: NO_APP, method: 'GET', path: '/tempcontent/' });

    const { warnings } = await compare();

    expect(unread()).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^In stream "Sales" only its size and objects could be compared .* is no Qlik Sense app file/,
      ),
    ]);
    expect(await compared(promotionKey)).toEqual([['deliver/prod/content/{id}', 'not-compared']]);
  });

  it('is tried five times where the site exports nothing, and goes on without then', async () => {
    const { compare } = await published();
    fault(world.prod, { effect: { type: 'status', status: 500 }, method: 'POST', path: '/export/', times: 0 });

    await expect(compare(4)).rejects.toMatchObject({ code: 'WAYBILL_QRS_SERVER' });
    const { warnings } = await compare(5);

    expect(warnings).toEqual([expect.stringContaining('could be compared')]);
    expect(warnings[0]).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  it('goes on at once where no repeat can help, but never where a difference is to block', async () => {
    const refused = { effect: { type: 'status', status: 400 }, method: 'POST', path: '/export/', times: 0 } as const;
    const first = await published();
    fault(world.prod, refused);
    expect((await first.compare()).warnings).toHaveLength(1);
    world.mend();

    compareAs('block');
    const second = await published();
    fault(world.prod, refused);
    await expect(second.compare(9)).rejects.toMatchObject({ code: 'WAYBILL_QRS_REFUSED' });
  });

  it('is not given up because the step was cancelled', async () => {
    const { compare, promotionKey } = await published();

    await expect(compare(9, AbortSignal.abort())).rejects.toThrow();
    expect(await compared(promotionKey)).toEqual([]);
  });

  it('is exported anew where the file ends early, up to the third attempt', async () => {
    const { compare } = await published();
    fault(world.prod, { effect: { type: 'short', afterBytes: 500 }, method: 'GET', path: '/tempcontent/', times: 0 });

    await expect(compare(2)).rejects.toMatchObject({ code: 'WAYBILL_PROMOTION_EXPORT_CUT' });
    expect((await compare(3)).warnings).toEqual([expect.stringContaining('could be compared')]);
  });

  it('takes the reply of an export that was lost for no answer, and leaves none running', async () => {
    const { compare } = await published();
    loseReply(world.prod, 'POST', '/export/');

    await expect(compare()).rejects.toThrow();
    expect(await compare(2)).toEqual({ warnings: [] });
    expect(world.prod.openExports()).toEqual([]);
  });
});

describe('what was replaced', () => {
  async function ready() {
    const upload = await uploadedApp(world, { servers: ['prod - Overwrite'] });
    const targetAppId = standingApp(world, upload.app.name);
    return {
      ...upload,
      targetAppId,
      input: inputOf(world, upload, targetAppId),
      promotionKey: upload.decision.promotionKey,
    };
  }

  it('is not exported again where its objects show that all is the same', async () => {
    const { input, promotionKey } = await ready();
    world.prod.requestLog.clear();

    await overwrite(world, input);

    expect(exportsAt()).toBe(1);
    expect(await compared(promotionKey)).toEqual([]);
  });

  it('is told where it lost something, in the end of the delivery too', async () => {
    Object.assign(world.prod.switches, { importLoses: 'charts', contentHashOnImport: 'renewed' });
    const { input, promotionKey } = await ready();
    const ends = { site: 'prod', state: 'verified', items: [], missingStreams: [], warnings: ['before'] } as const;
    const artifact = { ...input.artifact, objects: [] };

    const outcome = await overwrite(world, { ...input, artifact, ends });

    expect(outcome).toEqual({ outcome: 'replaced', isClosed: true, warnings: [LOST] });
    const end = (await world.ledger.recordsOf(promotionKey)).at(-1);
    expect(end).toMatchObject({ seq: 'deliver/prod/verified', facts: { warnings: ['before', LOST] } });
    expect((await overwrite(world, { ...input, artifact, ends }, 2)).outcome).toBe('replaced');
    expect(await compared(promotionKey)).toHaveLength(1);
  });

  it('is not on record as replaced while a difference blocks, and is replaced again at a retry', async () => {
    compareAs('block');
    world.prod.switches.importLoses = 'charts';
    const { input, promotionKey } = await ready();
    const types = async () => (await world.ledger.recordsOf(promotionKey)).map(({ type }) => type);
    world.prod.requestLog.clear();
    const replaces = () => requestsTo(world.prod).filter((request) => request.endsWith('/replace')).length;

    await expect(overwrite(world, input)).rejects.toMatchObject({ code: 'WAYBILL_PROMOTION_CONTENT_DIFFERS' });
    expect(await types()).not.toContain('replaced');
    await expect(overwrite(world, input, 2)).rejects.toMatchObject({ code: 'WAYBILL_PROMOTION_CONTENT_DIFFERS' });

    expect(replaces()).toBe(2);
  });

  it('is not replaced a second time where an earlier replace left what it should', async () => {
    compareAs('block');
    const { app, input, targetAppId } = await ready();
    loseReply(world.prod, 'PUT', '/replace');
    await expect(overwrite(world, input)).rejects.toThrow();
    world.prod.requestLog.clear();

    expect(await overwrite(world, input, 2)).toMatchObject({ outcome: 'replaced' });

    expect(requestsTo(world.prod).filter((request) => request.endsWith('/replace'))).toEqual([]);
    expect(contentOf(world.prod, targetAppId)).toEqual(contentOf(world.dev, app.id));
    expect(standing(world.prod, targetAppId)!['description']).toContain('App promoted from node');
  });

  it('is replaced where an earlier replace was answered and not done', async () => {
    compareAs('block');
    const { app, input, targetAppId } = await ready();
    fault(world.prod, { effect: { type: 'not-done' }, method: 'PUT', path: '/replace' });
    await expect(overwrite(world, input)).rejects.toMatchObject({ code: 'WAYBILL_PROMOTION_NOT_REPLACED' });

    await overwrite(world, input, 2);

    expect(contentOf(world.prod, targetAppId)).toEqual(contentOf(world.dev, app.id));
  });

  it('is not replaced once more because its file cannot be had', async () => {
    compareAs('block');
    const { input } = await ready();
    loseReply(world.prod, 'PUT', '/replace');
    await expect(overwrite(world, input)).rejects.toThrow();
    fault(world.prod, { effect: { type: 'status', status: 500 }, method: 'POST', path: '/export/' });
    world.prod.requestLog.clear();

    await expect(overwrite(world, input, 2)).rejects.toMatchObject({ code: 'WAYBILL_QRS_SERVER' });

    expect(requestsTo(world.prod).filter((request) => request.endsWith('/replace'))).toEqual([]);
  });
});
