import { assert, constantFrom, property, record, shuffledSubarray, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeliveryChoice, type DeliveryFacts, planDelivery } from '../../rules/delivery-plan.ts';

const sales = { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', name: 'Sales' };
const finance = { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3302', name: 'Finance' };
const twin = { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3303', name: 'sales' };

const standing = (id: string, stream = sales, name = 'Sales Overview') => ({ id, name, streamId: stream.id });
const facts = (more: Partial<DeliveryFacts> = {}): DeliveryFacts => ({
  appName: 'Sales Overview',
  streams: [sales, finance],
  standing: [],
  whenSeveral: 'stop',
  chosenAppIds: [],
  ...more,
});
const overwrite = (...streams: string[]): DeliveryChoice => ({ mode: 'overwrite', streams });
const duplicate = (...streams: string[]): DeliveryChoice => ({ mode: 'duplicate', streams });

describe('Overwrite', () => {
  it('replaces the app of that name in the stream, and publishes where there is none', () => {
    const plan = planDelivery([overwrite('Sales', 'Finance')], facts({ standing: [standing('a')] }));

    expect(plan.items).toEqual([
      { action: 'replace', stream: sales, targetAppId: 'a' },
      { action: 'publish', stream: finance, whereNoneStands: true },
    ]);
  });

  it('takes names of apps and streams in any case, as QRS does', () => {
    const plan = planDelivery([overwrite(' SALES ')], facts({ standing: [standing('a', sales, 'SALES overview')] }));

    expect(plan.items).toEqual([{ action: 'replace', stream: sales, targetAppId: 'a' }]);
  });

  it('asks which one to replace when several of that name stand in the stream', () => {
    const several = facts({ standing: [standing('b'), standing('a'), standing('c', finance)] });

    expect(planDelivery([overwrite('Sales')], several)).toMatchObject({
      items: [],
      several: [{ stream: sales, appIds: ['a', 'b'] }],
    });
    expect(planDelivery([overwrite('Sales')], { ...several, chosenAppIds: ['b'] }).items).toEqual([
      { action: 'replace', stream: sales, targetAppId: 'b' },
    ]);
    expect(planDelivery([overwrite('Sales')], { ...several, chosenAppIds: ['B'] }).items).toHaveLength(1);
    expect(planDelivery([overwrite('Sales')], { ...several, whenSeveral: 'all' }).items).toHaveLength(2);
  });
});

describe('streams that were added to an approval', () => {
  it('are not served again under another name', () => {
    const before = [duplicate(`id:${sales.id}`), overwrite('finance')];

    const plan = planDelivery([duplicate('Sales', 'Finance')], facts({ before }));

    expect(plan).toMatchObject({ items: [{ action: 'publish', stream: finance }], alreadyServed: ['Sales'] });
    expect(planDelivery([duplicate('Sales')], facts()).alreadyServed).toEqual([]);
  });

  it('are served where nobody can say which one was meant before, or that one was never found', () => {
    const before = [duplicate('Sales', 'Nowhere')];
    const twins = facts({ streams: [sales, twin, finance], before });

    expect(planDelivery([duplicate(`id:${sales.id}`)], twins)).toMatchObject({
      items: [{ action: 'publish', stream: sales }],
      alreadyServed: [],
    });
    expect(planDelivery([duplicate('Nowhere')], facts({ before })).missingStreams).toEqual(['Nowhere']);
  });
});

describe('Duplicate', () => {
  it('always publishes another app', () => {
    const plan = planDelivery([duplicate('Sales')], facts({ standing: [standing('a')] }));

    expect(plan.items).toEqual([{ action: 'publish', stream: sales }]);
  });
});

describe('streams', () => {
  it('that are missing are told and hold up no other', () => {
    const plan = planDelivery([overwrite('Nowhere', 'Sales')], facts());

    expect(plan).toMatchObject({ missingStreams: ['Nowhere'], items: [{ action: 'publish', stream: sales }] });
  });

  it('of one name are never guessed between, and one can be named by its id', () => {
    const twins = facts({ streams: [sales, twin, finance] });

    expect(planDelivery([overwrite('Sales')], twins)).toMatchObject({
      items: [],
      ambiguousStreams: [{ name: 'Sales', ids: [sales.id, twin.id] }],
    });
    expect(planDelivery([overwrite(`id:${twin.id.toUpperCase()}`)], twins).items).toEqual([
      { action: 'publish', stream: twin, whereNoneStands: true },
    ]);
  });
});

describe('a plan', () => {
  const choice = record({
    mode: constantFrom('overwrite' as const, 'duplicate' as const),
    streams: uniqueArray(constantFrom('Sales', 'Finance', 'HR', `id:${sales.id}`)),
  });
  const apps = uniqueArray(
    record({
      id: constantFrom('a', 'b', 'c', 'd'),
      name: constantFrom('Sales Overview', 'Other'),
      streamId: constantFrom(sales.id, finance.id),
    }),
    { selector: ({ id }) => id },
  );

  it('does nothing twice, and touches only apps of that name in a chosen stream', () => {
    assert(
      property(
        uniqueArray(choice, { maxLength: 3 }),
        apps,
        constantFrom('stop' as const, 'all' as const),
        (choices, standing, whenSeveral) => {
          const { items } = planDelivery(choices, facts({ standing, whenSeveral }));
          const keys = items.map((item) => (item.action === 'replace' ? item.targetAppId : `into ${item.stream.id}`));
          const replaced = items.flatMap((item) =>
            item.action === 'replace'
              ? standing.filter((app) => app.id === item.targetAppId && app.streamId === item.stream.id)
              : [],
          );

          expect(new Set(keys).size).toBe(keys.length);
          expect(replaced.map(({ name }) => name)).toEqual(
            items.filter(({ action }) => action === 'replace').map(() => 'Sales Overview'),
          );
        },
      ),
    );
  });

  it('is the same whatever order the target lists its apps in', () => {
    const both = apps.chain((some) =>
      shuffledSubarray(some, { minLength: some.length }).map((other) => [some, other] as const),
    );
    assert(
      property(both, ([one, two]) => {
        const plan = (standing: typeof one) => planDelivery([overwrite('Sales', 'Finance')], facts({ standing }));
        const sorted = (items: ReturnType<typeof plan>['items']) =>
          items.map((item) => JSON.stringify(item)).toSorted();

        expect(sorted(plan(two).items)).toEqual(sorted(plan(one).items));
        expect(plan(two).several).toEqual(plan(one).several);
      }),
    );
  });
});

describe('a choice of several streams', () => {
  it('publishes to each of them, and to one that is named twice once', () => {
    expect(planDelivery([duplicate('Sales', 'Finance', ' sales ')], facts()).items).toEqual([
      { action: 'publish', stream: sales },
      { action: 'publish', stream: finance },
    ]);
  });

  it('replaces an app once, however often its stream is named', () => {
    const both = [overwrite('Sales', `id:${sales.id}`)];

    expect(planDelivery(both, facts({ standing: [standing('a')] })).items).toEqual([
      { action: 'replace', stream: sales, targetAppId: 'a' },
    ]);
  });

  it('may replace in a stream and add to it', () => {
    const both = [overwrite('Sales'), duplicate('Sales')];

    expect(planDelivery(both, facts({ standing: [standing('a')] })).items).toEqual([
      { action: 'replace', stream: sales, targetAppId: 'a' },
      { action: 'publish', stream: sales },
    ]);
  });

  it('names what is missing without the blanks around it, and finds an id with them', () => {
    expect(planDelivery([duplicate(' Nowhere ')], facts()).missingStreams).toEqual(['Nowhere']);
    expect(planDelivery([duplicate(` id: ${sales.id} `)], facts()).items).toEqual([
      { action: 'publish', stream: sales },
    ]);
  });
});
