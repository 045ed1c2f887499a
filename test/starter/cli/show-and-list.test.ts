import { execFile as execFileWithCallback } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionReport } from '../../../starter/cli/decide-command.ts';
import type { Overview } from '../../../views/overview.ts';
import type { Story } from '../../../views/promotion-story.ts';
import { approve, endedPromotion } from '../../harness/acts.ts';
import { MANAGER, REP } from '../../harness/world.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { type CliWorld, publishAndWait, startCliWorld } from './cli-world.ts';

const execFile = promisify(execFileWithCallback);

describe('waybill show and waybill list', () => {
  let cli: CliWorld;
  let to: (name: string) => string;
  let promotedKey: string;
  let stuckKey: string;
  let waitingId: string;

  beforeAll(async () => {
    cli = await startCliWorld({
      change: (yaml) => {
        yaml['retry'].recheck = '1h';
      },
    });
    to = cli.world.alias;
    promotedKey = await promoteByQmc('Promoted');
    stuckKey = await getStuck('Stuck');
    waitingId = await publishAndWait(cli.world, 'Waiting \u001b[31mred');
    cli.world.site('dev').actAs.setProperties(waitingId, MANAGER, { PromotionApproval: ['Approve'] });
    await waitFor('what is missing to be known', async () => {
      const row = await cli.world.ledger.getAwaiting(to('dev'), waitingId);
      return (row?.missing.length ?? 0) > 0;
    });
  });

  afterAll(async () => {
    await cli?.world.close();
  });

  /** An app that replaces another one at test, after one failed upload, and is added at prod. */
  async function promoteByQmc(name: string): Promise<string> {
    const { world } = cli;
    const standing = world.site('test').actAs.createApp({ name, owner: MANAGER });
    world.site('test').actAs.publish(standing, 'Sales');
    world.site('test').faults.add({ effect: { type: 'reset' }, path: 'app/upload', times: 1 });
    const appId = await publishAndWait(world, name);
    approve(world, appId, { test: 'Overwrite', prod: 'Duplicate' }, ['Sales', 'Finance']);
    return (await endedPromotion(world, appId)).promotionKey;
  }

  async function getStuck(name: string): Promise<string> {
    const { world } = cli;
    const appId = await publishAndWait(world, name);
    const refusal = { type: 'status', status: 403, text: 'Forbidden' } as const;
    world.site('prod').faults.add({ effect: refusal, path: 'app/upload', times: 0 });
    const targets = ['--to', `${to('prod')}:Overwrite`, '--stream', 'Sales'];
    const { promotionKey } = await cli.json<DecisionReport>('approve', appId, ...targets, '--yes', '--note', 'now');
    await waitFor('the delivery to be stuck', async () => (await world.ledger.troubles()).length > 0);
    return promotionKey ?? '';
  }

  it('tells the whole way of a promotion, target by target', async () => {
    const { output, exitCode } = await cli.run('show', promotedKey);

    expect(exitCode).toBe(0);
    expect(output).toMatch(
      /^Promoted {2}dev-\w+ → prod-\w+, test-\w+ {2}partly-promoted\n {2}app [0-9a-f-]{36}, owner COMPANY\\rep\n/,
    );
    const steps = [
      /approved by COMPANY\\manager in the QMC/,
      /test-\w+: overwrite in Finance, Sales/,
      /exported [\d.]+ KB, SHA-256 [0-9a-f]{12}/,
      /To prod-\w+ {2}verified/,
      /planned: publish in Sales; there is no stream Finance/,
      /To test-\w+ {2}verified/,
      /planned: publish in Finance; replace in Sales/,
      /found "Promoted", [\d.]+ KB/,
      /kept what stood there, [\d.]+ KB/,
      /replaced [0-9a-f-]{36} in Sales/,
      /published in Finance as [0-9a-f-]{36}/,
      /taken out of its stream and given back to its owner as [0-9a-f-]{36}/,
      /ended as partly-promoted/,
      /approved to rep@company.example, sent/,
      /results to rep@company.example, sent/,
      /\d+ attempts, 1 failed, 0 with the worker lost; --attempts lists them/,
      /Times are those of Europe\/Berlin/,
    ];
    expect(output).toMatch(new RegExp(steps.map((step) => step.source).join('[^]*')));
  });

  it('lists every attempt with its duration, bytes and error', async () => {
    const { output } = await cli.run('show', promotedKey, '--attempts');

    expect(output).toMatch(/exportApp +1 +dev-\w+ +completed +\d+ m?s +[\d.]+ KB/);
    expect(output).toMatch(/uploadStaging +1 +test-\w+ +failed +\d+ m?s\n +WAYBILL_QRS_UNREACHABLE: /);
    expect(output).toMatch(/uploadStaging +2 +test-\w+ +completed/);
  });

  it('gives the story as JSON', async () => {
    const story = await cli.json<Story>('show', promotedKey);

    expect(Object.keys(story)).toEqual(['app', 'waiting', 'promotion', 'earlier', 'paused']);
    expect(story).toMatchObject({
      app: { site: to('dev'), name: 'Promoted', owner: REP },
      waiting: null,
      promotion: {
        promotionKey: promotedKey,
        state: 'partly-promoted',
        decision: { verdict: 'approve', by: { account: MANAGER, door: 'qmc', asserted: false } },
        artifact: { sha256: expect.any(String), sizeBytes: expect.any(Number) },
        version: null,
        trouble: null,
        temporalUrl: null,
        endedAtUtc: expect.any(String),
      },
      earlier: [],
    });
    expect(story.promotion?.deliveries.map(({ target, state }) => [target, state])).toEqual([
      [to('prod'), 'verified'],
      [to('test'), 'verified'],
    ]);
    expect(story.promotion?.decision).not.toHaveProperty('source');
    expect(story.promotion?.attempts.find((one) => one.state === 'failed')).toMatchObject({
      activityType: 'uploadStaging',
      site: to('test'),
      attempt: 1,
      errorCode: 'WAYBILL_QRS_UNREACHABLE',
      durationMs: expect.any(Number),
    });
  });

  it('shows what is stuck, since when, why, and what can be done, by the name of the app', async () => {
    const { output } = await cli.run('show', 'STUCK');

    expect(output).toMatch(/^Stuck {2}dev-\w+ → prod-\w+ {2}delivering, stuck at prod-\w+\n/);
    expect(output).toMatch(/approved by \S+ on the command line, a name that nobody proved\n +"now"\n/);
    expect(output).toMatch(/stuck at "upload" since [\d-]+ [\d:]+ \(.+\)\n {2}Site prod-\w+ .* \(status 403\)/);
    expect(output).toContain(`waybill skip ${stuckKey} --target ${to('prod')}`);
  });

  it('shows an app that waits, and what is missing', async () => {
    const { output } = await cli.run('show', waitingId);
    const story = await cli.json<Story>('show', 'Waiting \u001b[31mred');

    expect(output).toMatch(
      /waits for a decision in stream Sales since [\d-]+ [\d:]+ \((just now|\d+ \w+ ago)\)\n {2}.*PromoteToServer/,
    );
    expect(story).toMatchObject({ waiting: { stream: 'Sales', mails: expect.any(Array) }, promotion: null });
  });

  it('lets no name from Qlik steer the terminal', async () => {
    for (const args of [['show', waitingId], ['list']]) {
      expect((await cli.run(...args)).output).not.toContain('\u001b');
    }
  });

  it('lists what waits, is stuck, runs and has ended', async () => {
    const { output } = await cli.run('list');

    const parts = [
      /Waiting for a decision \(1\)\n {2}APP .*\n {2}Waiting red +COMPANY\\rep +Sales +dev-\w+ .*\n {6}.*PromoteToServer/,
      /Stuck \(1\)\n {2}Stuck to prod-\w+: stuck at "upload" since .*\n {4}Site prod-\w+ .* WAYBILL_QRS_FORBIDDEN/,
      /Running: nothing/,
      /Ended \(1\)\n {2}APP .*\n {2}Promoted +dev-\w+ +partly-promoted +prod-\w+ verified, test-\w+ verified +COMPANY\\manager/,
    ];
    expect(output).toMatch(new RegExp(parts.map((part) => part.source).join('[^]*')));
  });

  it('gives the list as JSON, one key a part', async () => {
    const all = await cli.json<Overview>('list');
    const waiting = await cli.json<Overview>('list', '--waiting', '--text', 'waiting', '--site', to('dev'));
    const none = await cli.json<Overview>('list', '--ended', '--text', 'nowhere to be found');

    expect(all).toMatchObject({
      waiting: [{ appId: waitingId, owner: REP, stream: 'Sales', missing: expect.any(Array) }],
      stuck: [
        { promotionKey: stuckKey, target: to('prod'), step: 'upload', code: 'WAYBILL_QRS_FORBIDDEN', willRetry: false },
      ],
      running: [],
      ended: [{ promotionKey: promotedKey, decidedBy: MANAGER, targets: { [to('test')]: 'verified' } }],
      more: [],
    });
    expect(waiting).toMatchObject({ waiting: [{ appId: waitingId }], stuck: null, running: null, ended: null });
    expect(none).toEqual({ waiting: null, stuck: null, running: null, ended: [], paused: [], more: [] });
  });

  it('does not call it verified where a target has none of the streams', async () => {
    const appId = await publishAndWait(cli.world, 'For nobody');
    approve(cli.world, appId, { prod: 'Duplicate' }, ['Nowhere']);
    await endedPromotion(cli.world, appId);

    const list = await cli.run('list', '--ended', '--text', 'For nobody');
    const show = await cli.run('show', 'For nobody');

    expect(list.output).toContain(`${to('prod')} nothing delivered`);
    expect(show.output).toContain(`To ${to('prod')}  nothing delivered`);
  });

  it('ends with 3 for what nobody knows, and with 2 for a wrong number', async () => {
    expect(await cli.run('show', 'Nobody knows it')).toMatchObject({ exitCode: 3, output: '' });
    expect(await cli.run('list', '--limit', '0')).toMatchObject({ exitCode: 2 });
  });

  it('runs as a program, with JSON alone on stdout', async () => {
    const program = fileURLToPath(new URL('../../../bin/waybill.js', import.meta.url));
    const runProgram = (...args: string[]) => execFile(process.execPath, [program, ...args, '--config', cli.file]);

    const listed = await runProgram('list', '--stuck', '--json');

    expect(JSON.parse(listed.stdout)).toMatchObject({ stuck: [{ promotionKey: stuckKey }] });
    await expect(runProgram('show', 'Nobody knows it')).rejects.toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('WAYBILL_CLI_NOT_FOUND'),
    });
  });

  it('needs no Temporal, and links to its page where one is configured', async () => {
    await cli.configure((yaml) => {
      yaml['temporal'].address = '127.0.0.1:1';
      yaml['temporal'].uiUrl = 'https://temporal.company.example/';
    });

    const story = await cli.json<Story>('show', promotedKey);

    expect(story.promotion?.temporalUrl).toBe(
      `https://temporal.company.example/namespaces/default/workflows/promotion%2F${to('dev')}%2F${story.app.appId}`,
    );
    expect((await cli.run('list')).exitCode).toBe(0);
    expect(await cli.run('retry', stuckKey, '--timeout', '500ms')).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('The Temporal service at 127.0.0.1:1 does not answer'),
    });
  });

  it('says so when there is no ledger yet, and makes none', async () => {
    await cli.configure((yaml) => {
      yaml['ledger'] = { file: 'elsewhere.sqlite' };
    });

    for (const args of [['list'], ['show', promotedKey]]) {
      expect(await cli.run(...args)).toMatchObject({
        exitCode: 1,
        errors: expect.stringContaining('There is no ledger at'),
      });
    }
  });
});
