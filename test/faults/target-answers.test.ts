import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../sandbox/qrs/faults.ts';
import { APP, expectMails, mendAll, promoted, send, standingApp, startEffectsWorld } from '../effects/effects.ts';
import type { World } from '../harness/world.ts';
import { expectSound } from './expect-sound.ts';

const answers: readonly { readonly answer: string; readonly effect: FaultEffect }[] = [
  { answer: '500', effect: { type: 'status', status: 500, text: 'Internal server error' } },
  { answer: '503', effect: { type: 'status', status: 503 } },
  { answer: '429 with Retry-After', effect: { type: 'too-many', retryAfterSeconds: 0 } },
  { answer: 'an HTML error page', effect: { type: 'html' } },
  { answer: 'a reset', effect: { type: 'reset' } },
  { answer: 'a reply that is lost', effect: { type: 'reply-lost' } },
  { answer: 'a body cut by a reset', effect: { type: 'truncate', afterBytes: 20 } },
  { answer: 'success without the deed', effect: { type: 'not-done' } },
  { answer: 'a restart', effect: { type: 'restart', downMs: 50 } },
];

const writes = [
  { method: 'POST', path: '/app/upload' },
  { method: 'POST', path: '/copy' },
  { method: 'PUT', path: APP },
  { method: 'PUT', path: '/publish' },
  { method: 'PUT', path: '/replace' },
  { method: 'DELETE', path: APP },
];

describe('row 8: a target that answers a write with', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test', 'prod'] });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each(answers)('$answer is tried again, and the app stands there once', async ({ answer, effect }) => {
    standingApp(world, 'test', answer);
    for (const site of ['test', 'prod']) {
      for (const call of writes) world.site(site).faults.add({ ...call, effect });
    }

    const app = send(world, answer, { test: 'Overwrite', prod: 'Duplicate' });
    const { promotionKey } = await promoted(world, app);

    const struck = ['test', 'prod'].flatMap((site) =>
      world
        .site(site)
        .faults.all()
        .map((fault) => fault.struck),
    );
    expect(struck.filter((times) => times > 0).length).toBeGreaterThanOrEqual(4);
    mendAll(world);
    await expectMails(world, promotionKey, ['approved', 'results']);
    await expectSound(world);
  });
});

describe('row 8: a target that does not answer', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test', 'prod'],
      change: (yaml) => {
        Object.assign(yaml['timeouts'], { read: '1s', write: '1s', publish: '1s', uploadBase: '2s', stall: '1s' });
      },
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    { what: 'before it does what was asked', effect: { type: 'hang' }, when: 'before' },
    { what: 'after it has done it', effect: { type: 'hang' }, when: 'after' },
  ] as const)('$what is asked again, and the app stands there once', async ({ what, effect, when }) => {
    standingApp(world, 'test', what);
    const hung = ['test', 'prod'].flatMap((site) =>
      writes.map((call) => world.site(site).faults.add({ ...call, effect, when })),
    );

    const app = send(world, what, { test: 'Overwrite', prod: 'Duplicate' });
    await promoted(world, app);

    const struck = hung.filter((id) => world.site('test').faults.struck(id) + world.site('prod').faults.struck(id) > 0);
    expect(struck.length).toBeGreaterThanOrEqual(4);
    mendAll(world);
    await expectSound(world);
  });
});

describe('row 8: a source whose export', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => Object.assign(yaml['timeouts'], { stall: '1s', read: '1s' }),
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    { what: 'is cut by a reset', effect: { type: 'truncate', afterBytes: 10_000 } },
    { what: 'is an HTML error page', effect: { type: 'html' } },
    { what: 'hangs', effect: { type: 'hang' } },
    { what: 'answers 500', effect: { type: 'status', status: 500 } },
  ] as const)('$what never reaches a target', async ({ what, effect }) => {
    const fault = world.site('dev').faults.add({ effect, method: 'GET', path: '/tempcontent/' });

    const app = send(world, `Export ${what}`, { test: 'Duplicate' });
    await promoted(world, app);

    expect(world.site('dev').faults.struck(fault)).toBe(1);
    mendAll(world);
    await expectSound(world);
  });
});
