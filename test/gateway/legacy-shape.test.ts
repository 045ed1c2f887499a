import { describe, expect, it } from 'vitest';
import { legacyShapeOf } from '../../gateway/legacy-shape.ts';
import { call, event, inEnv, legacyEvent, makeGateway, TENANT } from './make-gateway.ts';

type Fields = Record<string, unknown>;

/** What the engine tells of a failed attempt. */
const engineData = {
  duration: 2,
  endedWithMemoryConstraint: false,
  errors: ['what went wrong'],
  isDirectQueryMode: false,
  isPartialReload: false,
  isSessionApp: false,
  isSkipStore: false,
  name: 'App name',
  peakMemoryBytes: 19_369_984,
  reloadId: '670e1df04cf4e529c035c902',
  rowLimit: -1,
  size: { memory: 12_345 },
  statements: [],
  status: 'error',
  usage: 'ANALYTICS',
  warnings: [],
};

const legacy = {
  cloudEventsVersion: '0.1',
  source: 'com.qlik/engine',
  contentType: 'application/json',
  eventId: 'b0f5c473-5dea-4d7e-a188-5e0b904cde33',
  eventTime: '2024-10-15T07:46:59Z',
  eventTypeVersion: '1.0.0',
  eventType: 'com.qlik.v1.app.reload.finished',
  extensions: {
    ownerId: 'owner',
    tenantId: TENANT,
    userId: 'user',
    spaceId: 'space',
    topLevelResourceId: 'an-app',
  },
  data: engineData,
};

const cloudEvent = {
  specversion: '1.0',
  id: legacy.eventId,
  source: legacy.source,
  type: legacy.eventType,
  time: legacy.eventTime,
  datacontenttype: 'application/json',
  tenantid: TENANT,
  userid: 'user',
  ownerid: 'owner',
  spaceid: 'space',
  toplevelresourceid: 'an-app',
  host: 'tenant.eu.qlikcloud.com',
  reason: 'publishreplace',
  authclaims: '{"sub":"somebody"}',
  data: engineData,
};

const wholeReload = {
  ...cloudEvent,
  source: 'com.qlik/reloads',
  type: 'com.qlik.v1.reload.finished',
  data: {
    id: 'a-reload',
    type: 'chronos',
    appId: 'an-app',
    status: 'FAILED',
    taskId: 'a-task',
    userId: 'user',
    partial: false,
    appUsage: 'ANALYTICS',
    errorCode: 'EngineConnectionError',
    errorMessage: 'failed to complete reload: unexpected EOF',
    succeeded: false,
    durationSeconds: 72,
  },
};

/** As a reader gets it. */
const shapeOf = (value: object): Fields => JSON.parse(JSON.stringify(legacyShapeOf(value as Fields))) as Fields;
const dataOf = (more: Fields): Fields =>
  shapeOf({ ...wholeReload, data: { ...wholeReload.data, ...more } })['data'] as Fields;

describe('the legacy shape of an event of the engine', () => {
  it.each([
    ['CloudEvents', cloudEvent],
    ['CloudEvents 1.0.2', { ...cloudEvent, specversion: '1.0.2' }],
    ['the hybrid', { ...legacy, ...cloudEvent }],
    ['the legacy shape itself', legacy],
  ])('is the same made from %s, with the data as they were', (_, value) => {
    expect(shapeOf(value)).toEqual(legacy);
  });

  it('leaves out what the event does not tell', () => {
    const { spaceid: _space, datacontenttype: _type, ...without } = cloudEvent;
    const { spaceId: _legacySpace, ...extensions } = legacy.extensions;

    expect(shapeOf(without)).toEqual({ ...legacy, extensions });
  });
});

describe('the legacy shape of an event of a whole reload', () => {
  it('is one of the engine, with everything that Butler reads', () => {
    const shape = shapeOf(wholeReload);

    expect(shape).toMatchObject({
      cloudEventsVersion: '0.1',
      eventTypeVersion: '1.0.0',
      eventType: 'com.qlik.v1.app.reload.finished',
      source: 'com.qlik/reloads',
      extensions: legacy.extensions,
      data: {
        status: 'error',
        reloadId: 'a-reload',
        name: 'an-app',
        duration: 72_000,
        errors: ['failed to complete reload: unexpected EOF'],
        usage: 'ANALYTICS',
        // It calls these for their text, and gives up where one is missing.
        peakMemoryBytes: 0,
        rowLimit: -1,
        size: { memory: 0 },
      },
    });
    expect(Object.keys(shape['data'] as Fields)).toEqual(expect.arrayContaining(Object.keys(engineData)));
  });

  it('keeps what else the event tells', () => {
    expect(dataOf({})).toMatchObject({ errorCode: 'EngineConnectionError', type: 'chronos', taskId: 'a-task' });
  });

  it('finds app and user in the data where the envelope lacks them', () => {
    const { toplevelresourceid: _app, userid: _user, ...without } = wholeReload;

    expect(shapeOf(without)['extensions']).toEqual(legacy.extensions);
  });

  it.each([
    [{ status: 'FAILED' }, 'error'],
    [{ status: 'EXCEEDED_LIMIT' }, 'error'],
    [{ status: 'SUCCEEDED' }, 'ok'],
    [{ status: 'CANCELED' }, 'canceled'],
    [{ status: 'SOMETHING_NEW' }, 'something_new'],
    [{ status: undefined, succeeded: true }, 'ok'],
    [{ status: undefined, succeeded: false }, 'error'],
  ])('tells of %j as %s', (told, status) => {
    expect(dataOf(told)['status']).toBe(status);
  });

  it('is made of the little that the documentation shows', () => {
    const data = { id: 'a-reload', appId: 'an-app', userId: 'user', succeeded: true };

    expect(shapeOf({ ...wholeReload, data })['data']).toMatchObject({ status: 'ok', errors: [], duration: 0 });
  });
});

describe('a tenant with a topic for the legacy shape', () => {
  const LEGACY_TOPIC = 'qscloud/legacy/reload';
  const make = () => makeGateway((yaml) => (yaml['tenants'][0].legacyTopic = LEGACY_TOPIC));

  it.each([
    ['CloudEvents', event({ type: 'com.qlik.v1.app.reload.finished', data: { status: 'error' } })],
    ['the legacy shape', legacyEvent()],
    ['a whole reload', event()],
  ])('has each event as it came where it was, and once more there: %s', async (_, body) => {
    const gateway = make();

    expect((await gateway.handle(call({ body }))).status).toBe(200);
    expect(gateway.published[0]).toEqual({ topic: `qscloud/app/reload/${TENANT}`, body });
    expect(gateway.published).toHaveLength(2);
    expect(gateway.published[1]?.topic).toBe(`${LEGACY_TOPIC}/${TENANT}`);
    expect(JSON.parse(gateway.published[1]?.body ?? '')).toMatchObject({
      cloudEventsVersion: '0.1',
      extensions: { tenantId: TENANT },
      data: { status: 'error' },
    });
  });

  it('has other events once', async () => {
    const gateway = makeGateway((yaml) => {
      yaml['tenants'][0].legacyTopic = LEGACY_TOPIC;
      yaml['routes'] = { 'com.qlik.app.published': 'qscloud/app/published' };
    });

    await gateway.handle(call({ body: event({ type: 'com.qlik.app.published' }) }));
    expect(gateway.published).toHaveLength(1);
  });

  it('is refused where both would end on one topic', () => {
    for (const topic of ['qscloud/app/reload', 'qscloud/app/published', 'qscloud/#', ''])
      expect(() =>
        makeGateway((yaml) => {
          yaml['tenants'] = [{ id: TENANT, secrets: [inEnv('another-secret')], legacyTopic: topic }];
          yaml['routes'] = { 'com.qlik.app.published': 'qscloud/app/published' };
        }),
      ).toThrow(/legacyTopic/);
  });

  it('is not told that an event is safe before both of it are', async () => {
    let calls = 0;
    const gateway = makeGateway(
      (yaml) => (yaml['tenants'][0].legacyTopic = LEGACY_TOPIC),
      () => (calls += 1) === 2,
    );

    expect((await gateway.handle(call())).status).toBe(503);
    expect((await gateway.handle(call())).status).toBe(200);
  });
});
