import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultEffect, FaultRule } from '../../sandbox/qrs/faults.ts';
import { everything, type SetupWorld, startSetupWorld, writesOfEverything } from './setup-world.ts';

let world: SetupWorld;
let before: unknown;
beforeEach(async () => {
  world = await startSetupWorld();
  before = world.content();
});
afterEach(() => world.close());

const code = (name: string): unknown => expect.objectContaining({ code: `WAYBILL_${name}` }) as unknown;
const nothingTwice = (): void => {
  const names = [...world.site.entities('CustomPropertyDefinition'), ...world.site.entities('SystemRule')].map(
    ({ name }) => name,
  );
  expect(names).toEqual([...new Set(names)]);
};
/** Strikes the n-th write of a run. */
const onWrite = (nth: number, effect: FaultEffect, when?: FaultRule['when']): FaultRule => ({
  effect,
  nth,
  ...(when && { when }),
});
const nthWrite = Array.from({ length: writesOfEverything }, (_, index) => index + 1);

function addWriteFault(rule: FaultRule): void {
  // Faults count by method; one rule strikes writes of each kind when it is told apart by path.
  let seen = 0;
  const board = world.site.faults;
  const strike = board.strike.bind(board);
  board.strike = (method, url) => {
    if (method !== 'GET') {
      seen += 1;
      if (seen === rule.nth) board.add({ ...rule, nth: 1, method });
    }
    return strike(method, url);
  };
}

describe('setting up a source', () => {
  it('makes and changes what is missing, and finds nothing to do a second time', async () => {
    const done = await world.setUp();
    const content = world.content();

    expect(done).toHaveLength(writesOfEverything);
    expect(content).not.toEqual(before);
    expect(await world.setUp()).toEqual([]);
    expect(world.content()).toEqual(content);
    if (process.platform !== 'win32') expect(statSync(world.recordFile).mode & 0o777).toBe(0o600);
  });

  it('is taken back to what was there before', async () => {
    await world.setUp();
    await world.undo();

    expect(world.content()).toEqual(before);
    expect(await world.setUp()).toHaveLength(writesOfEverything);
  });

  it('waits for what a site shows only a while later', async () => {
    world.site.switches.visibilityLagMs = 150;

    expect(await world.setUp()).toHaveLength(writesOfEverything);
    nothingTwice();
  });

  it('knows only of steps that the record can tell', async () => {
    writeFileSync(world.recordFile, '{"version": 7}');

    await expect(world.setUp()).rejects.toEqual(code('SETUP_RECORD_UNREADABLE'));
    expect(world.content()).toEqual(before);
  });
});

describe.each(nthWrite)('write %i of a set-up', (nth) => {
  it('is settled by looking when its reply is lost', async () => {
    addWriteFault(onWrite(nth, { type: 'reply-lost' }));

    expect(await world.setUp()).toHaveLength(writesOfEverything);
    nothingTwice();
    await world.undo();
    expect(world.content()).toEqual(before);
  });

  it.each(['before', 'after'] as const)(
    'leaves a record by which the next run goes on, when the site goes down %s it',
    async (when) => {
      addWriteFault(onWrite(nth, { type: 'close-port', forMs: 60_000 }, when));

      await expect(world.setUp()).rejects.toEqual(code('QRS_UNREACHABLE'));
      await world.site.comeUp();
      await world.setUp();
      nothingTwice();
      await world.undo();

      expect(world.content()).toEqual(before);
    },
  );

  it('can be undone at once after the site went down', async () => {
    addWriteFault(onWrite(nth, { type: 'close-port', forMs: 60_000 }, 'after'));

    await expect(world.setUp()).rejects.toEqual(code('QRS_UNREACHABLE'));
    await world.site.comeUp();
    await world.undo();

    expect(world.content()).toEqual(before);
  });

  it('is not believed where the site says yes and does nothing', async () => {
    addWriteFault(onWrite(nth, { type: 'not-done' }));

    await expect(world.setUp()).rejects.toEqual(code('SETUP_NOT_DONE'));
    await world.setUp();
    nothingTwice();
    await world.undo();

    expect(world.content()).toEqual(before);
  });

  it('can be lost half-way through an undo, which then goes on', async () => {
    await world.setUp();
    addWriteFault(onWrite(nth, { type: 'close-port', forMs: 60_000 }, 'after'));

    await expect(world.undo()).rejects.toEqual(code('QRS_UNREACHABLE'));
    await world.site.comeUp();
    await world.undo();

    expect(world.content()).toEqual(before);
  });
});

describe('beside other people', () => {
  it('computes a change anew when somebody else was faster', async () => {
    world.site.faults.add({ method: 'PUT', path: 'custompropertydefinition', effect: { type: 'status', status: 409 } });

    expect(await world.setUp()).toHaveLength(writesOfEverything);
  });

  it('takes nothing for its own that somebody made after the plan', async () => {
    const refused = world.run(async (setup) => {
      const { steps } = await setup.plan(everything);
      world.site.actAs.createProperty('PromoteToStream', ['Sales']);
      return setup.carryOut(steps, () => undefined);
    });

    await expect(refused).rejects.toEqual(code('SETUP_CHANGED_MEANWHILE'));
    expect(await world.run(async (setup) => setup.planUndo(true))).toEqual([]);
  });

  it('does not disable a rule that somebody changed after the plan', async () => {
    const refused = world.run(async (setup) => {
      const { ruleSteps } = await setup.plan(everything);
      const changed = ruleSteps.map((step) => (step.do === 'disable-rule' ? { ...step, condition: 'other' } : step));
      return setup.carryOut(changed, () => undefined);
    });

    await expect(refused).rejects.toEqual(code('SETUP_CHANGED_MEANWHILE'));
    expect(world.site.entities('SystemRule').filter(({ disabled }) => disabled)).toEqual([]);
  });

  it('keeps what an app, a stream or a user bears, takes the rest back, and all of it by force', async () => {
    await world.setUp();
    const { actAs } = world.site;
    actAs.createStream('Sales');
    const app = actAs.createApp({ name: 'Overview', owner: 'COMPANY\\anna' });
    actAs.setProperties(app, 'COMPANY\\anna', { PromoteToStream: ['Sales'], Standing: ['new'] });
    actAs.setTags(app, 'COMPANY\\anna', ['PromoteOnReload']);
    actAs.setStreamProperties('Sales', undefined, { Group: ['Sales_Admin'] });

    const items = await world.run(async (setup) => setup.planUndo(false));
    await world.undo();
    const kept = items.filter(({ why }) => why !== undefined);

    expect(kept.map(({ done, why }) => `${done.step.name}: ${why}`)).toEqual([
      'Group: it is in use by stream "Sales"',
      'PromoteOnReload: it is in use by app "Overview"',
      'Standing: it is in use by app "Overview"',
      'PromoteToStream: it is in use by app "Overview"',
    ]);
    expect(world.site.entities('SystemRule')).toHaveLength(2);
    await world.undo(true);
    expect(world.content()).toEqual(before);
  });

  it('refuses another source while the record tells of one', async () => {
    await world.setUp();
    const record = JSON.parse(readFileSync(world.recordFile, 'utf8')) as { site: { hosts: string[] } };
    writeFileSync(world.recordFile, JSON.stringify({ ...record, site: { ...record.site, hosts: ['other'] } }));

    await expect(world.setUp()).rejects.toEqual(code('SETUP_OTHER_SITE'));
  });
});
