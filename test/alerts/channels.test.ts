import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../sandbox/chat/start-chat.ts';
import type { InboxFaults } from '../../sandbox/inbox/faults.ts';
import type { SlackHook } from '../../sandbox/chat/slack-hook.ts';
import type { TeamsFlow } from '../../sandbox/chat/teams-flow.ts';
import { workflowIds } from '../../workflows/contract.ts';
import { findMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { alertAt, bodies, eventsTaken, failReload, mailTo, newApp, sendIn, sendsOf } from './alert-acts.ts';
import { type AlertWorld, startAlertWorld } from './alert-world.ts';

/** A line that a formatted message shows, and a basic one does not. */
const LOG_LINE = 'a line of the script log';

describe.skipIf(!findMosquitto())('a channel', () => {
  let world: AlertWorld;
  let hooks: Record<'down' | 'gone' | 'late' | 'refusing' | 'broken' | 'plain' | 'silent', SlackHook>;
  let flow: TeamsFlow;

  beforeAll(async () => {
    world = await startAlertWorld({
      change: (yaml, { chat, folder }) => {
        const hook = (name: string) => chat.createSlackHook(`#${name}`);
        flow = chat.createTeamsFlow('refusing');
        hooks = {
          down: hook('down'),
          gone: hook('gone'),
          late: hook('late'),
          refusing: hook('refusing'),
          broken: hook('broken'),
          plain: hook('plain'),
          silent: hook('silent'),
        };
        const broken = path.join(folder, 'broken.hbs');
        const at = (onlyTagged: string) => ({
          onlyTagged,
          rateLimit: 0,
          timeout: '1s',
          retry: { first: '100ms', max: '500ms' },
        });
        const slack = (name: keyof typeof hooks) => ({ ...at(name), webhook: hooks[name].url });
        const receiver = (name: string) => ({ ...at(name), address: chat.createReceiver(name).url });
        const mail = (name: string) => ({ ...at(name), recipients: [`${name}@company.example`] });
        yaml['mail'].timeouts = { socket: '1s' };
        yaml['alerts'].destinations = {
          slack: {
            down: slack('down'),
            gone: slack('gone'),
            refusing: slack('refusing'),
            late: { ...slack('late'), giveUpAfter: '2s' },
            broken: { ...slack('broken'), template: broken },
            plain: { ...slack('plain'), message: 'basic', basicText: '{{#if appName}' },
            silent: { ...slack('silent'), onlyTagged: 'recover' },
          },
          teams: {
            refusing: { ...at('refusing'), webhook: flow.url },
            broken: { ...at('broken'), webhook: flow.url, template: broken },
          },
          mail: {
            limited: { ...mail('limited'), rateLimit: '10s' },
            refusing: mail('refusing'),
            post: mail('post'),
            broken: { ...mail('broken'), subject: '{{#each', template: path.join(folder, 'there-is-none.hbs') },
          },
          webhook: {
            limited: { ...receiver('limited'), rateLimit: '10s', recovery: true },
            recover: { ...receiver('recover'), recovery: true },
            up: { ...receiver('up'), onlyTagged: 'down' },
          },
        };
      },
    });
    await writeFile(path.join(world.folder, 'broken.hbs'), '{"text": "{{appName}}",, }');
  });

  afterEach(() => {
    world?.chat.faults.clear();
    world?.inbox.faults.clear();
  });

  afterAll(async () => {
    await world?.close();
  });

  const fail = (tag: string, app = newApp(world, { tags: [tag] })): string =>
    failReload(world, app, { log: [LOG_LINE], durationSeconds: 1 });

  /** What people see of a reload in a channel of chats. */
  const seen = async (channel: string, text: string): Promise<ChatMessage> =>
    world.chat.waitFor((one) => one.channel === channel && JSON.stringify(one.body).includes(text));

  const pathOf = ({ url }: { readonly url: string }): string => new URL(url).pathname;

  it('tells of the first failure at once, of the others in one digest, and holds no other app', async () => {
    const [app, other] = ['limited', 'limited'].map((tag) => newApp(world, { tags: [tag] })) as [string, string];
    const first = fail('limited', app);
    await alertAt(world, first, 'limited');
    await sendsOf(world, first);
    const held = [fail('limited', app), fail('limited', app)];
    const another = fail('limited', other);
    await alertAt(world, another, 'limited');
    await sendIn(world, another, 'mail/limited', 'held');
    for (const reloadId of held) await sendIn(world, reloadId, 'webhook/limited', 'held');

    const digest = await waitFor('the digest', () => bodies(world, 'limited').find(({ kind }) => kind === 'digest'));
    expect(digest.digest?.failures.map(({ reloadId }) => reloadId).toSorted()).toEqual(held.toSorted());
    expect(digest.digest).toMatchObject({ heldBack: 2, leftOut: 0 });
    for (const reloadId of [...held, another]) await sendsOf(world, reloadId);
    const mails = world.inbox.messages().filter(({ envelopeTo }) => envelopeTo.includes('limited@company.example'));
    expect(mails.map(({ text }) => [first, ...held, another].filter((id) => text.includes(id)).length)).toHaveLength(2);
    expect(mails[1]?.subject).toContain('3 more failed reloads of 2 apps');
  });

  it('tells in a digest of failures, and after it that the app reloads again', async () => {
    const app = newApp(world, { tags: ['limited'] });
    const first = fail('limited', app);
    await sendIn(world, first, 'webhook/limited', 'sent');
    // The one that ended last is heard of first.
    const last = fail('limited', app);
    await sendIn(world, last, 'webhook/limited', 'held');
    const endedAtUtc = new Date(Date.now() - 60_000).toISOString();
    const late = failReload(world, app, { endedAtUtc });
    await sendIn(world, late, 'webhook/limited', 'held');
    const success = world.cloud.actAs.reloadApp(app);
    const told = () => bodies(world, 'limited').filter((body) => JSON.stringify(body).includes(app));
    await waitFor('the recovery', () => told().some(({ recovered }) => recovered?.reloadId === success));

    expect(told().map(({ kind }) => kind)).toEqual(['failed', 'digest', 'recovered']);
    const toUtc = world.cloud.reload(last)?.endTime;
    expect(told()[1]?.digest).toMatchObject({ fromUtc: endedAtUtc, toUtc });
    expect(told()[2]?.recovered).toMatchObject({
      failures: 3,
      failingSinceUtc: endedAtUtc,
      lastFailure: { reloadId: last },
    });
  });

  it('holds no failure back because it told a moment ago that the app reloads again', async () => {
    const app = newApp(world, { tags: ['limited'] });
    await sendIn(world, fail('limited', app), 'webhook/limited', 'sent');
    const success = world.cloud.actAs.reloadApp(app);
    await sendIn(world, success, 'webhook/limited', 'sent');
    await sendIn(world, fail('limited', app), 'webhook/limited', 'sent');

    const channel = workflowIds.alertChannel(world.tenant, 'webhook/limited', app);
    const { events } = await world.temporal.client.workflow.getHandle(channel).fetchHistory();
    const steps = events?.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? []);
    expect(steps?.slice(-2)).not.toEqual(['holdAlerts', 'sendAlerts']);
  });

  it('tells once that an app reloads again, only after a failure, and only where that is wanted', async () => {
    const [app, sound] = ['recover', 'recover'].map((tag) => newApp(world, { tags: [tag] })) as [string, string];
    const failed = fail('recover', app);
    await sendsOf(world, failed);
    world.cloud.actAs.reloadApp(sound);
    const success = world.cloud.actAs.reloadApp(app);
    await waitFor('the recovery', () => bodies(world, 'recover').some(({ kind }) => kind === 'recovered'));
    world.cloud.actAs.repeatEvents(success);
    world.cloud.actAs.reloadApp(app);
    await eventsTaken(world);
    const again = fail('recover', app);
    await sendsOf(world, again);

    expect(bodies(world, 'recover').map(({ kind }) => kind)).toEqual(['failed', 'recovered', 'failed']);
    expect(bodies(world, 'recover')[1]?.recovered).toMatchObject({
      reloadId: success,
      lastFailure: { reloadId: failed },
    });
    expect(world.chat.messages('#silent')).toHaveLength(2);
  });

  it('tells of the failure first where the app reloads again while Qlik Cloud is still being asked about it', async () => {
    const app = newApp(world, { tags: ['recover'] });
    const isSlow = world.cloud.faults.add({ path: '/v1/reloads/', effect: { type: 'delay', delayMs: 3000 }, times: 1 });
    fail('recover', app);
    await waitFor('the question', () => world.cloud.faults.struck(isSlow) > 0);
    const success = world.cloud.actAs.reloadApp(app);
    const ours = () => bodies(world, 'recover').filter((body) => JSON.stringify(body).includes(app));
    await waitFor('the recovery', () => ours().some(({ recovered }) => recovered?.reloadId === success));

    expect(ours().map(({ kind }) => kind)).toEqual(['failed', 'recovered']);
  });

  it('takes an old success for no end of a new failure', async () => {
    const app = newApp(world, { tags: ['recover'] });
    const endedAtUtc = new Date(Date.now() - 60_000).toISOString();
    const old = world.cloud.actAs.reloadApp(app, { endedAtUtc, sendEvents: [] });
    const failed = fail('recover', app);
    await sendsOf(world, failed);
    world.cloud.actAs.repeatEvents(old);
    await eventsTaken(world);
    const success = world.cloud.actAs.reloadApp(app);
    const ours = () => bodies(world, 'recover').filter((body) => JSON.stringify(body).includes(app));
    await waitFor('the recovery', () => ours().some(({ recovered }) => recovered?.reloadId === success));

    expect(ours().map(({ kind }) => kind)).toEqual(['failed', 'recovered']);
  });

  it.each([
    ['answers 503', { type: 'status', status: 503 }],
    ['never answers', { type: 'hang' }],
    ['resets connections', { type: 'reset' }],
    ['asks for a pause', { type: 'too-many', retryAfterSeconds: 2 }],
    ['times the request out', { type: 'status', status: 408 }],
  ] as const)(
    'brings the alert later, and once, to a destination that %s; others have it meanwhile',
    async (_, effect) => {
      const rule = world.chat.faults.add({ path: pathOf(hooks.down), effect, times: 0 });
      const reloadId = fail('down');
      const up = await sendIn(world, reloadId, 'webhook/up', 'sent');
      await waitFor('two tries', () => world.chat.faults.struck(rule) >= 2);
      expect(world.chat.messages('#down').filter(({ raw }) => raw.includes(reloadId))).toEqual([]);
      world.chat.faults.clear();
      const down = await sendIn(world, reloadId, 'slack/down', 'sent');

      expect(up).toMatchObject({ attempts: 1 });
      expect(down.attempts).toBeGreaterThanOrEqual(3);
      expect(world.chat.messages('#down').filter(({ raw }) => raw.includes(reloadId))).toHaveLength(1);
      if (effect.type !== 'too-many') return;
      const asked = world.chat.requests().filter((one) => one.path === pathOf(hooks.down));
      const [first, second, third] = asked.slice(-3).map((one) => Date.parse(one.atUtc)) as [number, number, number];
      expect(Math.min(second - first, third - second)).toBeGreaterThanOrEqual(2000);
    },
  );

  it.each([
    ['greylists', (faults: InboxFaults) => faults.greylist(2)],
    ['takes no mail for now', (faults: InboxFaults) => faults.rejectData(451, 2, 'post@company.example')],
    ['never answers', (faults: InboxFaults) => faults.hangAfterData(2)],
  ])('brings the alert later, and once, by a mail server that %s', async (_, strike) => {
    strike(world.inbox.faults);
    const app = newApp(world, { name: 'By post', tags: ['post'] });
    const reloadId = fail('post', app);
    await sendIn(world, reloadId, 'mail/post', 'sent');
    const mails = world.inbox.messages().filter(({ text }) => text.includes(reloadId));

    expect(mails.map(({ envelopeTo }) => envelopeTo)).toEqual([['post@company.example']]);
  });

  it('gives a mail up whose recipient is refused, and sends the next', async () => {
    world.inbox.faults.refuse('post@company.example');
    const app = newApp(world, { tags: ['post'] });
    const { lastError } = await sendIn(world, fail('post', app), 'mail/post', 'given-up');
    world.inbox.faults.clear();
    const next = fail('post', app);
    await sendIn(world, next, 'mail/post', 'sent');

    expect(lastError).toContain('no such user here');
    expect((await mailTo(world, 'post@company.example', next)).text).toContain(next);
  });

  it('holds nobody else up while a destination hangs for many apps, and brings it all of them later', async () => {
    const rule = world.chat.faults.add({ path: pathOf(hooks.down), effect: { type: 'hang' }, times: 0 });
    const failed = Array.from({ length: 25 }, () => fail('down'));
    for (const reloadId of failed) await sendIn(world, reloadId, 'webhook/up', 'sent');
    expect(world.chat.faults.struck(rule)).toBeGreaterThan(0);
    expect(world.chat.messages('#down').filter(({ raw }) => failed.some((id) => raw.includes(id)))).toEqual([]);
    world.chat.faults.clear();
    for (const reloadId of failed) await sendIn(world, reloadId, 'slack/down', 'sent');

    const got = world.chat.messages('#down').flatMap(({ raw }) => failed.filter((id) => raw.includes(id)));
    expect(got.toSorted()).toEqual(failed.toSorted());
  });

  it('takes the status for the answer when the rest of it breaks off', async () => {
    world.chat.faults.add({ path: pathOf(hooks.down), effect: { type: 'truncate', afterBytes: 1 } });
    const reloadId = fail('down');
    await sendIn(world, reloadId, 'slack/down', 'sent');
    await sendsOf(world, fail('down'));

    expect(
      world.chat.received().filter(({ channel, raw }) => channel === '#down' && raw.includes(reloadId)),
    ).toHaveLength(1);
  });

  it.each(['no_service', 'channel_is_archived'] as const)(
    'gives an alert up where Slack says %s, and sends the next',
    async (state) => {
      hooks.gone.state = state;
      const app = newApp(world, { tags: ['gone'] });
      const lost = fail('gone', app);
      const { lastError } = await sendIn(world, lost, 'slack/gone', 'given-up');
      hooks.gone.state = 'active';
      const next = fail('gone', app);
      await seen('#gone', next);

      expect(lastError).toContain(state);
      expect(await sendIn(world, next, 'slack/gone', 'sent')).toMatchObject({ attempts: 1 });
      expect(world.chat.messages('#gone').filter(({ raw }) => raw.includes(lost))).toEqual([]);
    },
  );

  it('tells the operators of a destination whose alerts are given up, once a day', async () => {
    const toOperators = () =>
      world.inbox
        .messages()
        .filter(({ subject, text }) => subject.includes('ALERT_GIVEN_UP') && text.includes('slack/gone'));
    hooks.gone.state = 'no_service';
    const app = newApp(world, { tags: ['gone'] });
    for (let times = 0; times < 2; times += 1) await sendIn(world, fail('gone', app), 'slack/gone', 'given-up');
    hooks.gone.state = 'active';

    const [mail] = await waitFor('the mail to the operators', () => toOperators().length > 0 && toOperators());

    expect(mail).toMatchObject({ envelopeTo: ['operator@company.example'] });
    expect(mail?.text).toContain('no_service');
    expect(mail?.text).toContain('alerts.destinations.slack.gone');
    expect(mail?.text).not.toContain(pathOf(hooks.gone));
    expect(toOperators()).toHaveLength(1);
  });

  it('gives an alert up after its time, with the reason, and sends the next', async () => {
    world.chat.faults.add({
      path: pathOf(hooks.late),
      effect: { type: 'status', status: 503, text: 'in repair' },
      times: 0,
    });
    const app = newApp(world, { tags: ['late'] });
    const { lastError } = await sendIn(world, fail('late', app), 'slack/late', 'given-up');
    world.chat.faults.clear();
    const next = fail('late', app);
    await seen('#late', next);

    expect(lastError).toMatch(/503.*in repair/);
  });

  it('sends the basic message where the formatted one is refused', async () => {
    const refusal = { type: 'status', status: 400, text: 'invalid_blocks' } as const;
    for (const one of [hooks.refusing, flow]) world.chat.faults.add({ path: pathOf(one), effect: refusal });
    world.inbox.faults.rejectData(554, 1, 'refusing@company.example');
    const app = newApp(world, { name: 'Oddly named', tags: ['refusing'] });
    await sendsOf(world, fail('refusing', app));
    const mail = await mailTo(world, 'refusing@company.example', 'Oddly named');

    for (const text of [
      (await seen('#refusing', 'Oddly named')).raw,
      (await seen('refusing', 'Oddly named')).raw,
      mail.text,
    ])
      expect(text).not.toContain(LOG_LINE);
  });

  it('sends the basic message where a template cannot be used or found', async () => {
    const app = newApp(world, { name: 'Well named', tags: ['broken', 'plain'] });
    await sendsOf(world, fail('broken', app));
    const mail = await mailTo(world, 'broken@company.example', 'Well named');

    for (const text of [
      (await seen('#broken', 'Well named')).raw,
      (await seen('refusing', 'Well named')).raw,
      mail.text,
    ])
      expect(text).not.toContain(LOG_LINE);
    expect(mail.subject).toContain('Well named');
    expect((await seen('#plain', 'Well named')).raw).not.toContain('{{');
  });
});
