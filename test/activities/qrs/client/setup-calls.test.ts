import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSetupClient, type SetupClient } from '../../../../activities/qrs/client/setup-client.ts';
import { failureOf } from './code-of.ts';
import { type Asked, type RecordingSite, startRecordingSite, status } from './recording-site.ts';
import { patientTimeouts } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const definition = { name: 'Approval', choiceValues: ['Approve'], objectTypes: ['App'], valueType: 'Text' };
const rule = {
  name: 'Waybill reads',
  category: 'Security',
  type: 'Custom',
  rule: 'true',
  resourceFilter: 'App_*',
  actions: 2,
  comment: '',
  disabled: false,
  ruleContext: 'QlikSenseQMC',
};
const stored = { id, modifiedDate: '2026-05-04T10:00:00.000Z' };

let recording: RecordingSite;
let client: SetupClient;

beforeAll(async () => {
  recording = await startRecordingSite();
});
beforeEach(() => {
  recording.reset();
  client = clientWith({});
});
afterEach(async () => {
  await client.close();
});
afterAll(async () => {
  await recording.site.close();
});

function clientWith(timeouts: Partial<typeof patientTimeouts>): SetupClient {
  return createSetupClient({
    alias: 'dev',
    site: recording.site.site(),
    timeouts: { ...patientTimeouts, ...timeouts },
  });
}

describe('setting a site up', () => {
  it('names its site, and reads apps and users as the worker does', async () => {
    recording.answer([{ id, name: 'Sales' }]);

    expect(client.site).toBe('dev');
    await expect(client.getApps()).resolves.toMatchObject([{ id, name: 'Sales' }]);
    await expect(client.users()).resolves.toMatchObject([{ id }]);
  });

  it.each<[string, (client: SetupClient) => Promise<unknown>, Asked]>([
    [
      'the security rules of some names',
      (one) => one.securityRules(['Waybill reads', "Otto's"]),
      {
        method: 'GET',
        path: '/qrs/systemrule/full',
        query: { filter: "category eq 'Security' and (name eq 'Waybill reads' or name eq 'Otto\\'s')" },
        body: undefined,
      },
    ],
    [
      'a new custom property',
      (one) => one.createDefinition(definition as never),
      { method: 'POST', path: '/qrs/custompropertydefinition', query: {}, body: definition },
    ],
    [
      'a new security rule',
      (one) => one.createRule(rule as never),
      { method: 'POST', path: '/qrs/systemrule', query: {}, body: rule },
    ],
    [
      'a changed custom property',
      (one) => one.putDefinition({ ...definition, ...stored } as never),
      {
        method: 'PUT',
        path: `/qrs/custompropertydefinition/${id}`,
        query: {},
        body: { ...definition, ...stored },
      },
    ],
    [
      'a changed security rule',
      (one) => one.putRule({ ...rule, ...stored } as never),
      { method: 'PUT', path: `/qrs/systemrule/${id}`, query: {}, body: { ...rule, ...stored } },
    ],
    [
      'a removal',
      (one) => one.remove('tag', id),
      { method: 'DELETE', path: `/qrs/tag/${id}`, query: {}, body: undefined },
    ],
  ])('takes one request for %s, and gives what the site answers', async (_, call, expected) => {
    const answer = expected.method === 'GET' ? [{ id }] : { id, name: 'as stored' };
    recording.answer(answer);

    const given = await call(client);

    expect(recording.asked).toEqual([expected]);
    expect(given).toEqual(expected.method === 'DELETE' ? undefined : answer);
  });

  it('finds no rule where the site answers nothing', async () => {
    recording.answer(null);

    await expect(client.securityRules(['x'])).resolves.toEqual([]);
  });

  it('takes what is not there any more for removed, and no other failure', async () => {
    recording.answers = [status(404)];
    await expect(client.remove('systemrule', id)).resolves.toBeUndefined();

    recording.answers = [status(403)];
    expect((await failureOf(client.remove('systemrule', id))).code).toBe('WAYBILL_QRS_FORBIDDEN');
    const reason = new Error('cancelled');
    await expect(client.remove('tag', id, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('sends nothing to an address made of an odd id', async () => {
    expect((await failureOf(client.remove('tag', ''))).code).toBe('WAYBILL_QRS_VALUE');
    expect((await failureOf(client.putRule({ ...rule, id: '..' } as never))).code).toBe('WAYBILL_QRS_VALUE');
    expect(recording.asked).toEqual([]);
  });

  it('tells what a change was for, and that it may have taken effect', async () => {
    recording.answers = [status(500)];
    const failures: [Promise<unknown>, string][] = [
      [client.createDefinition(definition as never), 'create the custom property Approval'],
      [client.createRule(rule as never), 'create the security rule Waybill reads'],
      [client.putDefinition({ ...definition, ...stored } as never), 'change the custom property Approval'],
      [client.putRule({ ...rule, ...stored } as never), 'change the security rule Waybill reads'],
      [client.remove('tag', id), `delete the tag ${id}`],
    ];

    for (const [call, doing] of failures) {
      expect((await failureOf(call)).facts).toMatchObject({ doing, mayHaveTakenEffect: true });
    }
  });

  it('takes the time of reads for a read and that of writes for a change', async () => {
    recording.answers = [() => undefined];
    const impatient = clientWith({ readMs: 40, writeMs: 50 });

    expect((await failureOf(impatient.securityRules(['x']))).facts).toMatchObject({
      timeoutMs: 40,
      setting: 'timeouts.read',
    });
    expect((await failureOf(impatient.createRule(rule as never))).facts).toMatchObject({
      timeoutMs: 50,
      setting: 'timeouts.write',
    });
    expect((await failureOf(client.remove('tag', id, { timeoutMs: 60 }))).facts).toMatchObject({ timeoutMs: 60 });
    await impatient.close();
  });

  it('cuts what still runs when it is closed', async () => {
    recording.answers = [() => undefined];
    const closed = clientWith({});
    const running = failureOf(closed.createRule(rule as never));
    await expect.poll(() => recording.asked.length).toBe(1);

    await closed.close();

    expect(await running).toMatchObject({ code: 'WAYBILL_QRS_UNREACHABLE', facts: { mayHaveTakenEffect: true } });
  });
});
