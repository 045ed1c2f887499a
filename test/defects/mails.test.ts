import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { approve, whatStands } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, startWorld, type World } from '../harness/world.ts';
import {
  askSite,
  countRequests,
  mailKindsAbout,
  mailsAbout,
  nthPromotion,
  promotionsOf,
  publishedApp,
  quiet,
  setStreamProperty,
} from '../harness/scenes.ts';

let world: World;
let silent: World;

beforeAll(async () => {
  [world, silent] = await Promise.all([startWorld(), startWorld({ targets: ['test'], mail: false })]);
});

afterEach(() => {
  for (const site of Object.values(world.sites)) site.faults.clear();
  world.inbox.faults.clear();
});

afterAll(async () => {
  await Promise.all([world?.close(), silent?.close()]);
});

const ALERT = 'EmailAlertOnPublishTo';
const results = (name: string) => world.inbox.waitFor(({ subject }) => subject === `'${name}' promotion results`);

describe('the mails of a promotion', () => {
  it('are the approval before it and the results after it, to the owner', async () => {
    const name = 'Two mails';
    const app = publishedApp(world, name, { stream: 'Finance' });

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 1);
    const { text } = await results(name);

    expect(mailsAbout(world, name).map(({ subject, envelopeTo }) => [subject, envelopeTo])).toEqual([
      [`'${name}' promotion approved by: '${MANAGER}'`, ['rep@company.example']],
      [`'${name}' promotion results`, ['rep@company.example']],
    ]);
    const [delivered] = whatStands(world, 'test').filter((one) => one.name === name);
    expect(text).toContain(`https://qlik-test.company.example/sense/app/${delivered?.id}`);
    expect(text).toContain('Sales');
  });

  it('are none at all where mail is switched off, the results included', async () => {
    const app = publishedApp(silent, 'No mails');
    const alerted = publishedApp(silent, 'No alert');

    approve(silent, app, { test: 'Overwrite' }, ['Sales', 'Nowhere']);
    expect(await nthPromotion(silent, app, 1)).toMatchObject({ state: 'partly-promoted' });
    await quiet(silent, alerted);

    expect(silent.inbox.messages()).toEqual([]);
    expect(countRequests(silent, 'dev', /GET \/qrs\/(user|stream)/)).toBe(0);
  });

  it('never say "promoted" where nothing was', async () => {
    const name = 'Nothing arrived';
    const app = publishedApp(world, name);

    approve(world, app, { prod: 'Overwrite' }, ['Finance', 'Nowhere']);
    await nthPromotion(world, app, 1);
    const { text, html } = await results(name);

    for (const body of [text, html ?? '']) {
      expect(body).toContain('was not promoted');
      expect(body).toContain('Nowhere');
      expect(body).not.toContain('was promoted');
    }
  });

  it('hold no promotion up: neither a site that cannot be asked for the owner nor a mail server that is down', async () => {
    const name = 'Mail in trouble';
    const app = publishedApp(world, name);
    world.site('dev').faults.add({ path: '/qrs/user', effect: { type: 'status', status: 500 }, times: 0 });
    world.inbox.faults.greylist(1000);

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('promoted');
    expect(mailsAbout(world, name)).toEqual([]);
    world.site('dev').faults.clear();
    world.inbox.faults.clear();
    await waitFor('both mails', () => mailsAbout(world, name).length >= 2);
    expect(mailKindsAbout(world, name).toSorted()).toEqual(['approved', 'results']);
  });

  it('say that the app was denied, to its owner', async () => {
    const name = 'Denied';
    const app = publishedApp(world, name);

    world.site('dev').actAs.setProperties(app, MANAGER, { PromotionApproval: ['Deny'] });
    await nthPromotion(world, app, 1);

    const mail = await world.inbox.waitFor(({ subject }) => subject.includes(name));
    expect(mail.subject).toBe(`'${name}' promotion denied by: '${MANAGER}'`);
    expect(mail.envelopeTo).toEqual(['rep@company.example']);
  });
});

describe('the alert of a publish', () => {
  it('goes to the approvers of a stream whose property is exactly True, once a publish', async () => {
    const name = 'Alerted';
    await setStreamProperty(world, 'dev', 'Sales', ALERT, ['True']);
    const app = publishedApp(world, name);

    const mail = await world.inbox.waitFor(({ subject }) => subject.includes(name));
    world.site('dev').actAs.describe(app, 'saved', MANAGER);
    await quiet(world, app);

    expect(mail).toMatchObject({
      subject: `'${name}' published to: 'Sales'`,
      envelopeTo: ['manager@company.example'],
      text: expect.stringContaining(`https://qlik-dev.company.example/sense/app/${app}`),
    });
    expect(mail.text).toContain(REP);
    expect(mailKindsAbout(world, name)).toEqual(['publishAlert']);
  });

  it.each([[['False']], [['Untrue']], [[]]])('is not sent for a stream whose property says %j', async (values) => {
    const name = `Not alerted ${values.join('')}`;
    await anyAlertValue();
    await setStreamProperty(world, 'dev', 'Sales', ALERT, values);

    await quiet(world, publishedApp(world, name));

    expect(mailsAbout(world, name)).toEqual([]);
  });

  it('is not sent for an app that left its stream before it was looked at, which does no harm', async () => {
    await setStreamProperty(world, 'dev', 'Sales', ALERT, ['True']);
    const { actAs, faults } = world.site('dev');
    const app = publishedApp(world, 'Gone at once');
    faults.add({ method: 'GET', path: `/qrs/app/${app}`, effect: { type: 'delay', delayMs: 300 }, times: 0 });

    await waitFor('the look', () => faults.all().some(({ struck }) => struck > 0));
    actAs.deleteApp(app);
    faults.clear();
    await quiet(world, app);

    expect(await promotionsOf(world, app)).toEqual([]);
    const other = publishedApp(world, 'Still watched');
    await world.inbox.waitFor(({ subject }) => subject.includes('Still watched'));
    expect(world.site('dev').app(other)).toBeDefined();
  });
});

/** Lets the alert property take any value: only the word for yes counts, whatever else can be chosen. */
async function anyAlertValue(): Promise<void> {
  const all = (await askSite(world, 'dev', 'GET', '/custompropertydefinition/full')) as { id: string; name: string }[];
  const definition = all.find(({ name }) => name === ALERT);
  await askSite(world, 'dev', 'PUT', `/custompropertydefinition/${definition?.id}`, {
    ...definition,
    choiceValues: [],
  });
}
