import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityWorld, type Attempt, REP, startActivityWorld } from '../activity-world.ts';
import { approvedApp, cancelEachCall, exported, publishStep, standingApp, uploadedApp } from '../acts.ts';
import { readyToOverwrite } from './overwriting.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterAll(async () => {
  await world?.close();
});

type Step = (attempt: Attempt) => Promise<unknown>;

async function planned(): Promise<Step> {
  const { app, decision } = await approvedApp(world, { servers: ['prod - Overwrite'] });
  standingApp(world, app.name);
  const input = { decision, site: 'prod', choices: decision.targets, chosenAppIds: [] };
  return (attempt) => world.run((steps) => steps.planDelivery(input), attempt);
}

async function uploaded(): Promise<Step> {
  const { decision } = await approvedApp(world);
  const input = { decision, site: 'prod', number: 1, artifact: await exported(world, decision) };
  return (attempt) => world.run((steps) => steps.uploadStaging(input), attempt);
}

async function copied(): Promise<Step> {
  const { decision, staged } = await uploadedApp(world);
  const input = { decision, site: 'prod', number: 2, fromAppId: staged.appId };
  return (attempt) => world.run((steps) => steps.copyStaging(input), attempt);
}

async function dressed(): Promise<Step> {
  const { decision, staged } = await uploadedApp(world);
  const input = { decision, site: 'prod', number: 1, appId: staged.appId };
  return (attempt) => world.run((steps) => steps.dressStaging(input), attempt);
}

async function dressedWithAll(): Promise<Step> {
  const keep = { keepTags: ['gold'], keepProperties: ['Department'] };
  world.configure((yaml) => (yaml['targets'].prod = keep));
  world.dev.actAs.createTag('gold');
  const { app, decision } = await approvedApp(world, { more: { Department: ['Sales'] } });
  world.dev.actAs.setTags(app.id, REP, ['gold']);
  const artifact = await exported(world, decision);
  const { appId } = await world.run((steps) => steps.uploadStaging({ decision, site: 'prod', number: 1, artifact }));
  const input = { decision, site: 'prod', number: 1, appId };
  return (attempt) => world.run((steps) => steps.dressStaging(input), attempt);
}

async function published(): Promise<Step> {
  const { decision, staged, artifact } = await uploadedApp(world);
  const input = { decision, site: 'prod', number: 1, appId: staged.appId, step: publishStep(world), artifact };
  return (attempt) => world.run((steps) => steps.publishStaging(input), attempt);
}

async function overwritten(): Promise<Step> {
  const { input } = await readyToOverwrite(world);
  return (attempt) => world.run((steps) => steps.overwriteTarget(input), attempt);
}

async function reloaded(): Promise<Step> {
  const { decision, staged } = await uploadedApp(world);
  const input = { site: 'prod', appId: staged.appId, promotionKey: decision.promotionKey };
  return (attempt) => world.run((steps) => steps.reloadApp(input), attempt);
}

describe('a step at a target ends when it is cancelled, whichever of its calls hangs', () => {
  it.each([
    ['the plan', planned, 2],
    ['the upload', uploaded, 2],
    ['the copy', copied, 2],
    ['the dressing', dressed, 1],
    ['the dressing with tags and properties', dressedWithAll, 2],
    ['the publish', published, 2],
    ['the overwrite', overwritten, 5],
    ['the reload', reloaded, 1],
  ])('%s', async (_, prepare, atLeast) => {
    expect(await cancelEachCall(world, world.prod, prepare)).toBeGreaterThanOrEqual(atLeast);
  });
});
