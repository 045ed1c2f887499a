import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type AlertWorld, startAlertWorld } from './alert-world.ts';
import { lookActs } from './look-acts.ts';

const MUCH_LATER_MS = 3 * 3_600_000;

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
describe.skipIf(!findMosquitto())('what looks at Qlik Cloud tell the operators', () => {
  let world: AlertWorld;
  const { startLook, look, newApp, failSilently, isOver } = lookActs(() => world);

  beforeAll(async () => {
    world = await startAlertWorld();
    // What failed before the first look is nobody's news.
    await look();
  });
  afterEach(() => {
    world.aheadMs = 0;
    world.cloud.faults.clear();
  });
  afterAll(() => world?.close());

  const toOperators = ({ envelopeTo }: { readonly envelopeTo: readonly string[] }) =>
    envelopeTo.includes('operator@company.example');
  const mailsOf = (code: string) =>
    world.inbox.messages().filter((mail) => toOperators(mail) && mail.subject.includes(code));
  const noMailUnderWay = () => {
    const query = `TaskQueue = "${world.config.temporal.taskQueue}" AND ExecutionStatus = "Running" AND WorkflowType = "notify"`;
    return waitFor(
      'no mail to be on its way',
      async () => (await world.temporal.client.workflow.count(query)).count === 0,
    );
  };
  const outage = async () =>
    (await world.ledger.getSiteMemory<{ sinceUtc?: string }>(`alerts-outage:${world.tenant}`))?.memory.sinceUtc;

  it.each([
    [401, 'WAYBILL_CLOUD_LOGIN'],
    [403, 'WAYBILL_CLOUD_FORBIDDEN'],
  ])('tells the operators once that a tenant answers %d, and once that it can be asked again', async (status, code) => {
    world.cloud.faults.add({ path: '/api/v1/reloads\\?', effect: { type: 'status', status }, times: 0 });
    const failed = failSilently(newApp(`Behind ${status}`));
    await expect(look()).rejects.toThrow();
    await expect(look()).rejects.toThrow();
    const trouble = await world.inbox.waitFor((mail) => toOperators(mail) && mail.subject.includes(code));
    expect(trouble.subject).toContain(`alerts of '${world.tenant}' need an operator`);
    expect(trouble.text).toContain(`alerts.tenants.${world.tenant}`);

    world.cloud.faults.clear();
    await look();
    await look();

    await isOver(failed);
    await waitFor('the good news', () => mailsOf(code).length > 1);
    await noMailUnderWay();
    expect(mailsOf(code).map(({ subject }) => subject.includes('work again'))).toEqual([false, true]);
  });

  it('tells the operators of what passes by itself only where it lasts', async () => {
    const code = 'WAYBILL_CLOUD_SERVER';
    const lookInVain = async (until: () => unknown): Promise<void> => {
      const vain = await startLook();
      await waitFor('the look in vain', until);
      await vain.terminate('it is given up');
      await vain.result().catch(() => undefined);
    };
    world.cloud.faults.add({ path: '/api/v1/reloads\\?', effect: { type: 'status', status: 500 }, times: 0 });
    await lookInVain(outage);
    await noMailUnderWay();
    expect(mailsOf(code)).toEqual([]);

    world.aheadMs = MUCH_LATER_MS;
    await lookInVain(() => mailsOf(code).length > 0);

    world.cloud.faults.clear();
    await look();
    await waitFor('the good news', () => mailsOf(code).length > 1);
    expect(await outage()).toBeUndefined();
  });

  it('reports a webhook that Qlik Cloud has disabled to the operators, once', async () => {
    world.cloud.actAs.disableWebhook(world.webhook, 'The webhook failed too often.');

    expect(await look()).toMatchObject({ disabledWebhooks: ['Waybill'] });
    expect(await look()).toMatchObject({ disabledWebhooks: ['Waybill'] });

    const code = 'WAYBILL_ALERT_WEBHOOK_DISABLED';
    const mail = await world.inbox.waitFor((one) => toOperators(one) && one.subject.includes(code));
    expect(mail.text).toContain('The webhook failed too often.');
    expect(mail.subject).toContain(`alerts of '${world.tenant}' need an operator`);
    await noMailUnderWay();
    expect(mailsOf(code)).toHaveLength(1);
    world.cloud.actAs.enableWebhook(world.webhook);
  });
});
