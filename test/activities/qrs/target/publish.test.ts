import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PlannedStep, PublishInput } from '../../../../activities/delivery-types.ts';
import { workflowIds } from '../../../../workflows/contract.ts';
import { type ActivityWorld, startActivityWorld } from '../activity-world.ts';
import {
  code,
  fault,
  loseReply,
  newName,
  publishStep,
  requestsTo,
  standing,
  standingApp,
  type Upload,
  uploadedApp,
} from '../acts.ts';

let world: ActivityWorld;
let step: PlannedStep;
beforeAll(async () => {
  world = await startActivityWorld();
  step = publishStep(world);
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const refused = { type: 'status', status: 400, text: 'The app is already published' } as const;

function publish({ decision, artifact, staged }: Upload, attempt = 1, change: Partial<PublishInput> = {}) {
  const input = { decision, site: 'prod', ...staged, step, artifact, ...change };
  return world.run((activities) => activities.publishStaging(input), { attempt });
}

describe('publishing where the plan found no app to replace', () => {
  const whereNoneStands = (): { step: PlannedStep } => ({ step: { ...step, whereNoneStands: true } });

  it('publishes where that is still so, whatever stands elsewhere', async () => {
    const upload = await uploadedApp(world);
    standingApp(world, upload.app.name, { stream: 'Finance' });

    await expect(publish(upload, 1, whereNoneStands())).resolves.toMatchObject({ isSettled: true });
  });

  it('publishes nothing beside an app of that name, in any case, and tells what is to be replaced', async () => {
    const upload = await uploadedApp(world);
    const rival = standingApp(world, upload.app.name.toUpperCase());

    expect(await publish(upload, 1, whereNoneStands())).toEqual({
      outcome: 'taken',
      replaces: [{ action: 'replace', streamId: step.streamId, streamName: 'Sales', targetAppId: rival }],
    });
    expect(standing(world.prod, upload.staged.appId)!['stream']).toBeUndefined();
    const place = { target: 'prod', targetAppId: `${step.streamId}/${upload.app.name.toLowerCase()}` };
    expect(await world.ledger.takeOverwriteLock({ ...place, promotionKey: 'next' })).toBe('next');
  });

  it('takes the app that an earlier step published, and could not see, for published', async () => {
    const upload = await uploadedApp(world);
    world.prod.actAs.publish(upload.staged.appId, 'Sales', { name: upload.app.name });

    await expect(publish(upload, 1, whereNoneStands())).resolves.toMatchObject({ isSettled: true });
    expect(await world.ledger.recordsOf(upload.decision.promotionKey)).toContainEqual(
      expect.objectContaining({ type: 'published', appId: upload.staged.appId }),
    );
  });

  it('never takes it for one to be replaced, though the site shows it late', async () => {
    const upload = await uploadedApp(world);
    const unpublished = { ...world.prod.app(upload.staged.appId) };
    world.prod.actAs.publish(upload.staged.appId, 'Sales', { name: upload.app.name });
    const json = { ...unpublished, published: false, stream: null };
    const path = new RegExp(`^/qrs/app/${upload.staged.appId}\\?`);
    fault(world.prod, { effect: { type: 'status', status: 200, json }, method: 'GET', path });

    await expect(publish(upload, 1, whereNoneStands())).resolves.toMatchObject({ isSettled: true });
    expect(standing(world.prod, upload.staged.appId)).toMatchObject({ stream: 'Sales' });
  });

  it('asks which one is to be replaced where several came, and takes the answer', async () => {
    const upload = await uploadedApp(world);
    const [one, other] = [standingApp(world, upload.app.name), standingApp(world, upload.app.name)];

    await expect(publish(upload, 1, whereNoneStands())).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_UNDECIDED',
      facts: { choices: [one, other].toSorted().join(' ') },
    });

    const chosen = await publish(upload, 2, { ...whereNoneStands(), chosenAppIds: [other] });
    expect(chosen).toMatchObject({ outcome: 'taken', replaces: [{ targetAppId: other }] });
    const all = await publish(upload, 3, { ...whereNoneStands(), chosenAppIds: ['all'] });
    expect(all).toMatchObject({ replaces: [{}, {}] });
  });
});

describe('publishing a staging app', () => {
  it('puts it into its stream under the final name, and writes that down', async () => {
    const upload = await uploadedApp(world);
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    expect(await publish(upload)).toMatchObject({ warnings: [] });

    expect(standing(world.prod, upload.staged.appId)).toMatchObject({ name: upload.app.name, stream: 'Sales' });
    const { promotionKey } = upload.decision;
    expect(await world.ledger.listStagings({ promotionKey })).toMatchObject([
      { state: 'published', purpose: 'upload', appId: upload.staged.appId, closedAtUtc: world.nowUtc },
    ]);
    expect((await world.ledger.recordsOf(promotionKey)).at(-1)).toMatchObject({
      seq: `deliver/prod/published/${step.streamId}/1`,
      type: 'published',
      atUtc: world.nowUtc,
      site: 'prod',
      appId: upload.staged.appId,
      facts: { appId: upload.staged.appId, stream: 'Sales' },
    });
  });

  it('reads nothing before the first attempt, and writes nothing at a repeat', async () => {
    const upload = await uploadedApp(world);
    world.prod.requestLog.clear();
    await publish(upload);
    expect(requestsTo(world.prod)[0]).toBe('PUT /qrs/app/{id}/publish');
    world.prod.requestLog.clear();

    await publish(upload, 2);

    expect(requestsTo(world.prod).filter((request) => request.startsWith('PUT'))).toEqual([]);
  });

  it('is done when the reply was lost', async () => {
    const upload = await uploadedApp(world);
    loseReply(world.prod, 'PUT', '/publish');
    await expect(publish(upload)).rejects.toThrow();
    world.prod.requestLog.clear();

    await publish(upload, 2);

    expect(requestsTo(world.prod).filter((request) => request.startsWith('PUT'))).toEqual([]);
    expect(standing(world.prod, upload.staged.appId)).toMatchObject({ name: upload.app.name, stream: 'Sales' });
  });

  it('publishes at a repeat what is not published yet', async () => {
    const upload = await uploadedApp(world);

    await publish(upload, 2);

    expect(standing(world.prod, upload.staged.appId)).toMatchObject({ stream: 'Sales' });
  });

  it('goes by what stands where somebody published it to that stream before', async () => {
    const upload = await uploadedApp(world);
    world.prod.actAs.publish(upload.staged.appId, 'Sales', { name: upload.app.name });
    const struck = fault(world.prod, { effect: refused, method: 'PUT', path: '/publish' });

    await expect(publish(upload)).resolves.toMatchObject({ isSettled: true });
    expect(struck()).toBe(1);
  });

  it('clears no earlier app away unless that is what promotion on reload asks for', async () => {
    const first = await uploadedApp(world);
    await publish(first);
    const second = { ...(await uploadedApp(world, { app: { name: first.app.name } })), step };
    await publish(second);

    expect(standing(world.prod, first.staged.appId)).toMatchObject({ stream: 'Sales' });
  });

  it.each([
    { lost: 'before it took effect', effect: { type: 'reset' } as const },
    { lost: 'after it took effect', effect: { type: 'reply-lost' } as const },
  ])('keeps its place for the next attempt where the connection broke $lost', async ({ effect }) => {
    const first = await uploadedApp(world);
    const { promotionKey } = first.decision;
    fault(world.prod, { effect, method: 'PUT', path: '/publish' });
    await expect(publish(first)).rejects.toMatchObject({ retryable: true });
    await world.ledger.upsertDelivery({ promotionKey, target: 'prod', state: 'staging' });
    world.running.add(workflowIds.deliver(promotionKey, 'prod'));
    const second = await uploadedApp(world, { app: { name: first.app.name } });

    expect(await publish(second)).toEqual({ outcome: 'locked' });
    expect(standing(world.prod, second.staged.appId)!['stream']).toBeUndefined();

    await publish(first, 2);
    await expect(publish(second)).resolves.toMatchObject({ isSettled: true });
  });

  it('keeps no place for an app of another name, nor in another stream', async () => {
    const first = await uploadedApp(world);
    const { promotionKey } = first.decision;
    fault(world.prod, { effect: { type: 'reset' }, method: 'PUT', path: '/publish' });
    await expect(publish(first)).rejects.toMatchObject({ retryable: true });
    await world.ledger.upsertDelivery({ promotionKey, target: 'prod', state: 'staging' });
    world.running.add(workflowIds.deliver(promotionKey, 'prod'));
    const twin = await uploadedApp(world, { app: { name: first.app.name } });

    await expect(publish(await uploadedApp(world))).resolves.toMatchObject({ isSettled: true });
    const elsewhere = publishStep(world, 'Finance');
    await expect(publish(twin, 1, { step: elsewhere })).resolves.toMatchObject({ isSettled: true });
  });

  it('goes by what stands when the site refuses a second publish', async () => {
    const upload = await uploadedApp(world);
    await publish(upload);

    await expect(publish(upload)).resolves.toEqual({ warnings: [], isSettled: true });
  });

  it.each([
    ['refuses', refused, 'WAYBILL_QRS_REFUSED'],
    ['fails', { type: 'status', status: 500 } as const, 'WAYBILL_QRS_SERVER'],
  ])('tells why when the site %s and the app is not there', async (_, effect, expected) => {
    const upload = await uploadedApp(world);
    fault(world.prod, { effect, method: 'PUT', path: '/publish' });

    await expect(publish(upload)).rejects.toEqual(code(expected));
    expect(standing(world.prod, upload.staged.appId)!['stream']).toBeUndefined();
  });

  it('reads nothing after a failure that may pass', async () => {
    const upload = await uploadedApp(world);
    world.prod.requestLog.clear();
    fault(world.prod, { effect: { type: 'status', status: 503 }, method: 'PUT', path: '/publish' });

    await expect(publish(upload)).rejects.toMatchObject({ retryable: true });
    expect(requestsTo(world.prod)).toEqual(['PUT /qrs/app/{id}/publish']);
  });

  it('does not believe that it is published while it stands unpublished', async () => {
    const upload = await uploadedApp(world);
    fault(world.prod, { effect: { type: 'not-done' }, method: 'PUT', path: '/publish' });

    await expect(publish(upload)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NOT_WHOLE',
      facts: { site: 'prod', where: 'unpublished' },
    });
  });

  it('tells when it stands in another stream', async () => {
    const upload = await uploadedApp(world);
    world.prod.actAs.publish(upload.staged.appId, 'Finance', { name: upload.app.name });

    await expect(publish(upload, 2)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NOT_PUBLISHED',
      facts: { stream: 'Sales', where: 'in stream "Finance"' },
    });
    await expect(publish(upload, 1)).rejects.toEqual(code('WAYBILL_QRS_REFUSED'));
  });

  it.each([1, 2])('tells that the staging app is lost, at attempt %i', async (attempt) => {
    const upload = await uploadedApp(world);
    world.prod.actAs.deleteApp(upload.staged.appId);

    const expected = attempt === 1 ? 'WAYBILL_QRS_NOT_FOUND' : 'WAYBILL_PROMOTION_STAGING_LOST';
    await expect(publish(upload, attempt)).rejects.toEqual(code(expected));
  });

  it('refuses one that is not whole, and leaves it as it is', async () => {
    const upload = await uploadedApp(world);
    const artifact = { ...upload.artifact, objects: [{ type: 'sheet', count: 99 }] };

    await expect(publish({ ...upload, artifact })).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NOT_WHOLE',
      facts: { reasons: expect.stringContaining('of 99 objects of type sheet') },
    });
    expect(await world.ledger.listStagings({ promotionKey: upload.decision.promotionKey })).toMatchObject([
      { state: 'open' },
    ]);
  });

  it('warns when the site gave it another name', async () => {
    const upload = await uploadedApp(world);
    const other = newName();
    world.prod.actAs.publish(upload.staged.appId, 'Sales', { name: other });

    await expect(publish(upload, 2)).resolves.toMatchObject({ warnings: [`At prod it is called "${other}".`] });
  });
});
