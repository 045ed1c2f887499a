import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityWorld, type Attempt, MANAGER, startActivityWorld } from '../activity-world.ts';
import { approve, approvedApp, cancelEachCall, publishedApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterAll(async () => {
  await world?.close();
});

type Step = (attempt: Attempt) => Promise<unknown>;

async function looked(): Promise<Step> {
  const { id } = await publishedApp(world);
  approve(world, id);
  return (attempt) => world.run((steps) => steps.assess({ site: 'dev', appId: id }), attempt);
}

async function lookedUp(): Promise<Step> {
  world.configure((yaml) => (yaml['sources'].dev.approval = { approvers: { groups: ['Managers'] } }));
  return looked();
}

async function lookedForTag(): Promise<Step> {
  const promoteOnReload = { enabled: true, tag: 'Nobody made it', createMissingTag: false };
  world.configure((yaml) => (yaml['sources'].dev.promoteOnReload = promoteOnReload));
  const { id } = await publishedApp(world);
  approve(world, id, { more: { PromoteOnReload: ['True'] } });
  return (attempt) => world.run((steps) => steps.assess({ site: 'dev', appId: id }), attempt);
}

async function exported(): Promise<Step> {
  const { decision } = await approvedApp(world);
  return (attempt) => world.run((steps) => steps.exportApp({ ...decision, withData: true }), attempt);
}

async function unpublished(): Promise<Step> {
  const { decision } = await approvedApp(world, { more: { PromotionUnpublish: ['True'] } });
  return (attempt) => world.run((steps) => steps.unpublish(decision), attempt);
}

async function stripped(): Promise<Step> {
  const { decision } = await approvedApp(world);
  return (attempt) => world.run((steps) => steps.stripProperties(decision), attempt);
}

async function tagged(): Promise<Step> {
  const { id } = await publishedApp(world);
  return (attempt) => world.run((steps) => steps.setTag({ site: 'dev', appId: id, present: true }), attempt);
}

async function newsTaken(): Promise<Step> {
  const { app, decision } = await approvedApp(world);
  world.dev.actAs.setProperties(app.id, MANAGER, { PromoteToStream: ['Sales', 'Finance'] });
  const input = { decision, knownKeys: [decision.promotionKey] };
  return (attempt) => world.run((steps) => steps.newsWhileDelivering(input), attempt);
}

describe('a step at the source ends when it is cancelled, whichever of its calls hangs', () => {
  it.each([
    ['the look at an app', looked, 3],
    ['the look at who may approve', lookedUp, 4],
    ['the look at a tag', lookedForTag, 4],
    ['the export', exported, 4],
    ['the unpublish', unpublished, 5],
    ['the removal of properties', stripped, 2],
    ['the tag', tagged, 2],
    ['the look for news', newsTaken, 1],
  ])('%s', async (_, prepare, atLeast) => {
    expect(await cancelEachCall(world, world.dev, prepare)).toBeGreaterThanOrEqual(atLeast);
  });
});
