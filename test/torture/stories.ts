import fc from 'fast-check';
import { stepBoundaries } from '../faults/processes/boundaries.ts';
import { appNames } from './names.ts';
import type { Moment, Move, OrderDeed, RequestDeed, Setting, Story, UserDeed } from './story.ts';
import { faultDeeds } from './story-faults.ts';
import { someSwitches } from './story-switches.ts';

const apps = fc.nat(2);
const people = fc.constantFrom('manager' as const, 'manager' as const, 'rep' as const, 'other' as const);
const targets = fc.constantFrom('test' as const, 'prod' as const);
const modes = fc.constantFrom('Overwrite', 'Overwrite', 'Duplicate', 'Duplicate', ' duplicate ', 'Overwritte');
const streams = fc.uniqueArray(
  fc.constantFrom('Sales', 'Sales', 'Sales', 'Finance', 'Finance', 'sales', 'Nowhere', 'id:Planning'),
  { minLength: 1, maxLength: 2 },
);

const servers = fc.record({
  site: fc.constantFrom('test' as const, 'test' as const, 'prod' as const, 'prod' as const, 'nowhere' as const),
  word: modes,
});

/** Mostly right, so that most stories promote something. */
const requests: fc.Arbitrary<RequestDeed> = fc.record({
  deed: fc.constant('request' as const),
  app: apps,
  by: people,
  approval: fc.oneof(
    { weight: 10, arbitrary: fc.constant(['Approve']) },
    { weight: 3, arbitrary: fc.constant(['Deny']) },
    { weight: 2, arbitrary: fc.constantFrom<string[]>([], ['Approve', 'Deny'], ['Aprove'], [' approve'], ['Denied']) },
  ),
  servers: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        [{ site: 'test' as const, word: 'Overwrite' }],
        [{ site: 'prod' as const, word: 'Duplicate' }],
        [
          { site: 'test' as const, word: 'Overwrite' },
          { site: 'prod' as const, word: 'Duplicate' },
        ],
      ),
    },
    { weight: 2, arbitrary: fc.array(servers, { maxLength: 3 }) },
  ),
  streams: fc.oneof({ weight: 3, arbitrary: fc.constant(['Sales']) }, { weight: 2, arbitrary: streams }),
  unpublish: fc.boolean(),
  version: fc.boolean(),
  onReload: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

function deed<Name extends string, Rest>(name: Name, rest: { [Key in keyof Rest]: fc.Arbitrary<Rest[Key]> }) {
  return fc.record({ deed: fc.constant(name), ...rest }) as fc.Arbitrary<{ deed: Name } & Rest>;
}

const userDeeds: fc.Arbitrary<UserDeed> = fc.oneof(
  { weight: 8, arbitrary: requests },
  { weight: 2, arbitrary: deed('add-target', { app: apps, by: people, server: servers }) },
  {
    weight: 2,
    arbitrary: deed('take-away', {
      app: apps,
      by: people,
      property: fc.constantFrom(
        'PromotionApproval' as const,
        'PromotionApproval' as const,
        'PromoteToServer' as const,
        'PromoteToStream' as const,
        'PromotionUnpublish' as const,
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: deed('edit', {
      app: apps,
      part: fc.constantFrom(
        'title' as const,
        'title' as const,
        'community-sheet' as const,
        'script' as const,
        'remove' as const,
      ),
    }),
  },
  { weight: 2, arbitrary: deed('rename', { app: apps, name: appNames }) },
  {
    weight: 1,
    arbitrary: deed('describe', { app: apps, text: fc.constantFrom('', 'Said by its owner', 'd'.repeat(512)) }),
  },
  { weight: 1, arbitrary: deed('tag', { app: apps, names: fc.subarray(['Blue', 'PromoteOnReload']) }) },
  {
    weight: 3,
    arbitrary: deed('reload', { app: apps, newData: fc.boolean(), fails: fc.constantFrom(false, false, true) }),
  },
  {
    weight: 1,
    arbitrary: deed('change-owner', { app: apps, owner: fc.constantFrom('rep' as const, 'other' as const) }),
  },
  { weight: 1, arbitrary: deed('delete', { app: apps }) },
  { weight: 2, arbitrary: deed('publish', { app: apps }) },
  {
    weight: 2,
    arbitrary: deed('at-target', {
      site: targets,
      app: apps,
      what: fc.constantFrom('delete' as const, 'rename' as const, 'edit' as const, 'add-twin' as const),
    }),
  },
);

const pausable = fc.constantFrom('dev' as const, 'test' as const, 'prod' as const, 'all' as const);

const orderDeeds: fc.Arbitrary<OrderDeed> = fc.oneof(
  deed('decide', {
    app: apps,
    verdict: fc.constantFrom('approve' as const, 'approve' as const, 'deny' as const),
    site: targets,
    mode: fc.constantFrom('overwrite' as const, 'duplicate' as const),
    streams,
  }),
  deed('order', { action: fc.constantFrom('retry' as const, 'skip' as const, 'abort' as const) }),
  fc.record({ deed: fc.constantFrom('pause' as const, 'pause' as const, 'resume' as const), site: pausable }),
);

const kills = fc.record({
  deed: fc.constant('kill' as const),
  process: fc.constantFrom(
    'worker' as const,
    'worker' as const,
    'worker' as const,
    'listener' as const,
    'temporal' as const,
  ),
});

const moments: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('pause' as const), ms: fc.constantFrom(0, 5, 50, 300, 900) }) },
  { weight: 2, arbitrary: fc.constant({ type: 'quiet' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('call' as const),
      name: fc.constantFrom(...stepBoundaries.map(({ name }) => name)),
    }),
  },
);

const deeds = fc.oneof(
  { weight: 9, arbitrary: userDeeds },
  { weight: 3, arbitrary: orderDeeds },
  { weight: 7, arbitrary: faultDeeds },
  { weight: 2, arbitrary: kills },
);

const moves: fc.Arbitrary<Move> = fc
  .record({ when: moments, what: deeds })
  .map(({ when, what }) => ({ when, ...what }));

const settings: fc.Arbitrary<Setting> = fc.record({
  unpublish: fc.constantFrom('byProperty', 'always', 'never'),
  whenChanged: fc.constantFrom('reapprove', 'reapprove', 'promoteLatest'),
  dataCounts: fc.constantFrom(false, false, true),
  reload: fc.constantFrom(false, true),
  data: fc.constantFrom('carry', 'carry', 'withoutData', 'reloadAfter'),
  whenSeveral: fc.constantFrom('stop', 'all'),
  versions: fc.constantFrom('off', 'off', 'wanted', 'required'),
  content: fc.constantFrom('warn', 'off', 'block'),
  watch: fc.constantFrom('poll', 'callback'),
  processes: fc.oneof({ weight: 19, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  lastOrder: fc.constantFrom('abort', 'skip'),
});

/**
 * Random stories. They get smaller by leaving out moves, switches and apps and by plainer settings; a move itself is
 * left as it is, for each attempt costs a whole run.
 */
export const stories: fc.Arbitrary<Story> = fc.record({
  setting: settings,
  apps: fc.array(fc.noShrink(fc.record({ name: appNames, owner: fc.constantFrom('rep', 'rep', 'other', 'manager') })), {
    minLength: 1,
    maxLength: 3,
  }),
  standing: fc.array(
    fc.noShrink(fc.record({ site: targets, app: apps, stream: fc.constantFrom('Sales', 'Sales', 'Finance') })),
    { maxLength: 4, size: 'max' },
  ),
  switches: someSwitches,
  clocks: fc.uniqueArray(
    fc.noShrink(
      fc.record({
        site: fc.constantFrom('dev' as const, 'test' as const, 'prod' as const),
        ms: fc.constantFrom(600_000, -600_000, 3_000, -3_000),
      }),
    ),
    { maxLength: 2, selector: ({ site }) => site },
  ),
  moves: fc
    .tuple(
      fc.array(fc.noShrink(firstMoves()), { maxLength: 2, size: 'max' }),
      fc.array(fc.noShrink(moves), { minLength: 1, maxLength: 14, size: 'max' }),
    )
    .map(([first, later]) => [...first, ...later]),
}) as fc.Arbitrary<Story>;

/** Something to happen to: an approval, at once. */
function firstMoves(): fc.Arbitrary<Move> {
  return requests.map((request) => ({ when: { type: 'pause', ms: 0 }, ...request, approval: ['Approve'] }));
}
