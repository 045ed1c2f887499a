import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { call, event, legacyEvent, makeGateway, TENANT } from './make-gateway.ts';

const TOPIC = `qscloud/app/reload/${TENANT}`;

it.each([
  ['CloudEvents', event({ tenantid: undefined, id: undefined })],
  ['CloudEvents with nothing in them', event({ tenantid: null, id: '' })],
  ['the shape of until 2025', legacyEvent({ extensions: {}, eventId: undefined })],
  ['the same without extensions', legacyEvent({ extensions: undefined, eventId: null })],
])(
  'takes an event that names neither its tenant nor its id for that of its path, and gives it an id: %s',
  async (_, body) => {
    const gateway = makeGateway((yaml) => (yaml['tenants'][0].legacyTopic = 'legacy'));

    for (let nth = 0; nth < 2; nth += 1) expect((await gateway.handle(call({ body }))).status).toBe(200);
    expect(gateway.published[0]).toEqual({ topic: TOPIC, body });
    const eventId = `sha256-${createHash('sha256').update(body).digest('hex')}`;
    expect(gateway.outcomes).toMatchObject([{ tenantId: TENANT, eventId }, { eventId }]);
    // What is written anew tells both.
    expect(JSON.parse(gateway.published[1]!.body)).toMatchObject({ eventId, extensions: { tenantId: TENANT } });
  },
);

it.each([
  ['in its data', event({ tenantid: undefined, data: { tenantId: 'other' } })],
  ['in what is left of the old shape', event({ tenantid: undefined, extensions: { tenantId: 'other' } })],
  ['in the old shape', legacyEvent({ extensions: { tenantId: 'other' } })],
])('refuses an event that names another tenant, wherever it does: %s', async (_, body) => {
  const gateway = makeGateway();

  expect((await gateway.handle(call({ body }))).status).toBe(400);
  expect(gateway.published).toEqual([]);
});
