import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReloadEvent } from '../../../rules/alerts/read-reload-event.ts';
import type { ReloadEvent } from '../../../rules/alerts/reload-event.ts';
import { documentedAttempt, documentedReload, type EventBody, failedAttempt, failedReload } from './event-samples.ts';

function eventOf(body: unknown): ReloadEvent {
  const read = readReloadEvent(body);
  if ('event' in read) return read.event;
  throw new Error(`expected an event, not ${JSON.stringify(read)}`);
}

function withData(change: Record<string, unknown>, from: EventBody = failedReload()): EventBody {
  return { ...from, data: { ...from.data, ...change } };
}

describe('the end of a reload', () => {
  it('is read whole', () => {
    expect(eventOf(failedReload())).toEqual({
      tenantId: 'tenantid000000000000000000000001',
      reloadId: '6a849f7f18ec290e6ceb025d',
      appId: '2933711d-6638-41d4-a2d2-6dd2d965208b',
      outcome: 'failed',
      hasStatus: true,
      isFinal: true,
      facts: {
        eventId: 'b347fd0d-1321-417f-91ee-90e96c76389d',
        type: 'com.qlik.v1.reload.finished',
        source: 'com.qlik/reloads',
        atUtc: '2026-11-01T07:06:22.000Z',
        userId: 'userid00000000000000000001',
        ownerId: 'ownerid0000000000000001',
        spaceId: 'spaceid000000000000000001',
        reloadType: 'chronos',
        errorCode: 'EngineConnectionError',
        errorMessage: 'failed to complete reload: unexpected EOF',
        startedAtUtc: '2026-11-01T07:05:10.000Z',
        durationMs: 72_000,
        usage: 'ANALYTICS',
        isPartialReload: false,
      },
    });
  });

  it('is read from the documented example, which has no status', () => {
    expect(eventOf(documentedReload())).toMatchObject({
      tenantId: 'UkeLb6ICti8OA8f3LueRI5kVNtuHc15f',
      reloadId: '6a849f7f18ec290e6ceb025d',
      appId: '002ff8c5-3c11-4464-a22b-68fb5e7ee5e8',
      outcome: 'succeeded',
      hasStatus: false,
      isFinal: true,
    });
  });

  it.each([
    [{ status: 'FAILED' }, 'failed'],
    [{ status: 'EXCEEDED_LIMIT' }, 'exceeded-limit'],
    [{ status: 'CANCELED' }, 'canceled'],
    [{ status: 'SUCCEEDED' }, 'succeeded'],
    [{ status: 'failed' }, 'failed'],
    [{ status: undefined, succeeded: false }, 'failed'],
    [{ status: 'NEW_WORD', succeeded: false }, 'failed'],
    [{ status: 'NEW_WORD', succeeded: true }, 'succeeded'],
    [{ status: 'CANCELED', succeeded: false }, 'canceled'],
  ])('with %j has the outcome %s', (data, outcome) => {
    expect(eventOf(withData(data)).outcome).toBe(outcome);
  });

  it('names its app by resource or by the envelope where it has no appId', () => {
    const { appId } = eventOf(failedReload());

    expect(eventOf(withData({ appId: undefined })).appId).toBe(appId);
    expect(eventOf(withData({ appId: undefined, resourceType: 'dataset', resourceId: 'other' })).appId).toBe(appId);
    expect(eventOf({ ...withData({ appId: undefined }), toplevelresourceid: undefined }).appId).toBe(appId);
  });

  it('names its tenant in the data where the envelope does not', () => {
    expect(eventOf({ ...failedReload(), tenantid: undefined }).tenantId).toBe('tenantid000000000000000000000001');
  });

  it('has no time of its own where the service says the year 1', () => {
    expect(eventOf(withData({ startTime: '0001-01-01T00:00:00Z' })).facts.startedAtUtc).toBeUndefined();
  });
});

describe('one attempt of the engine', () => {
  it('is read whole', () => {
    expect(eventOf(failedAttempt.legacy())).toEqual({
      tenantId: 'tenantid000000000000000000000001',
      reloadId: '670e1df04cf4e529c035c902',
      appId: '2933711d-6638-41d4-a2d2-6dd2d965208b',
      outcome: 'failed',
      hasStatus: true,
      isFinal: false,
      facts: {
        eventId: 'b0f5c473-5dea-4d7e-a188-5e0b904cde33',
        type: 'com.qlik.v1.app.reload.finished',
        typeVersion: '1.0.0',
        source: 'com.qlik/engine',
        atUtc: '2024-10-15T07:46:59.000Z',
        userId: 'userid00000000000000000001',
        ownerId: 'ownerid0000000000000001',
        spaceId: 'spaceid000000000000000001',
        appName: 'App name',
        errors: ['<engine error text, up to 5>'],
        warnings: [],
        endedAtUtc: '2024-10-15T07:46:59.000Z',
        durationMs: 2,
        usage: 'ANALYTICS',
        sizeMemoryBytes: 12345,
        peakMemoryBytes: 19369984,
        rowLimit: -1,
        statements: [],
        isSkipStore: false,
        isSessionApp: false,
        isPartialReload: false,
        isDirectQueryMode: false,
        endedWithMemoryConstraint: false,
      },
    });
  });

  it('gives the same in all three shapes, save the version of the type', () => {
    const { typeVersion, ...legacy } = eventOf(failedAttempt.legacy()).facts;

    expect(typeVersion).toBe('1.0.0');
    expect(eventOf(failedAttempt.hybrid()).facts).toEqual({ ...legacy, typeVersion });
    expect(eventOf(failedAttempt.cloudEvents()).facts).toEqual(legacy);
  });

  it('that ended well is no failure', () => {
    expect(eventOf(withData({ status: 'ok' }, failedAttempt.cloudEvents())).outcome).toBe('succeeded');
  });

  it('cannot be read from the documented example, whose status is a placeholder', () => {
    expect(readReloadEvent(documentedAttempt())).toEqual({ unreadable: 'its status "string" is not known' });
    expect(eventOf(withData({ status: 'error' }, documentedAttempt())).reloadId).toBe(
      'c35f4b70-3ce4-4a30-b62b-2aef16943bc4',
    );
  });
});

describe('what is no event of a reload', () => {
  it('is ignored when it tells of something else', () => {
    const published = { ...failedReload(), type: 'com.qlik.app.published' };
    const legacy = { ...failedAttempt.legacy(), eventType: 'com.qlik.v1.app.created' };

    expect(readReloadEvent(published)).toEqual({ ignored: 'com.qlik.app.published' });
    expect(readReloadEvent(legacy)).toEqual({ ignored: 'com.qlik.v1.app.created' });
  });

  it.each([
    [null, 'it is no event of a version that Waybill knows'],
    ['text', 'it is no event of a version that Waybill knows'],
    [[], 'it is no event of a version that Waybill knows'],
    [{}, 'it is no event of a version that Waybill knows'],
    [{ ...failedReload(), specversion: '2.0' }, 'it is no event of a version that Waybill knows'],
    [{ ...failedReload(), specversion: '10' }, 'it is no event of a version that Waybill knows'],
    [{ ...failedReload(), type: undefined }, 'it has no type'],
    [{ ...failedReload(), type: 7 }, 'it has no type'],
    [{ ...failedReload(), data: undefined }, 'it has no data'],
    [{ ...failedReload(), data: [] }, 'it has no data'],
    [{ ...failedAttempt.legacy(), data: 'none' }, 'it has no data'],
    [{ ...failedReload(), id: '' }, 'it has no id'],
    [{ ...failedReload(), id: 'i'.repeat(257) }, 'it has no id'],
    [{ ...withData({ tenantId: null }), tenantid: '' }, 'it names no tenant'],
    [withData({ id: 12 }), 'it names no reload'],
    [withData({ id: 'a\0b' }), 'it names no reload'],
    [{ ...failedAttempt.cloudEvents(), toplevelresourceid: undefined }, 'it names no app'],
    [withData({ status: undefined, succeeded: undefined }), 'it has no status'],
    [withData({ status: 'constructor', succeeded: 'no' }), 'its status "constructor" is not known'],
  ])('as %j cannot be read: %s', (body, reason) => {
    expect(readReloadEvent(body)).toEqual({ unreadable: reason });
  });

  it('takes CloudEvents of any 1.x', () => {
    expect(eventOf({ ...failedReload(), specversion: '1.0.2' }).outcome).toBe('failed');
  });
});

describe('details', () => {
  it('are left out where they are of another kind than documented', () => {
    const odd = withData(
      { errors: 'one', warnings: [1, null], name: 5, size: null, duration: 'long', statements: 3 },
      failedAttempt.hybrid(),
    );

    expect(eventOf(odd).facts).toMatchObject({ warnings: ['1', 'null'] });
    for (const name of ['errors', 'appName', 'sizeMemoryBytes', 'durationMs', 'statements'] as const)
      expect(eventOf(odd).facts[name]).toBeUndefined();
  });

  it('are cut to a length that a message and a ledger can bear', () => {
    const long = withData({ errorMessage: 'x'.repeat(20_000), errorCode: `a\0${'😀'.repeat(1000)}` });
    const many = withData(
      { errors: Array.from({ length: 50 }, () => 'e'.repeat(20_000)) },
      failedAttempt.cloudEvents(),
    );
    const { errorMessage, errorCode } = eventOf(long).facts;

    expect(errorMessage).toHaveLength(10_000);
    expect(errorCode).toHaveLength(1000);
    expect(errorCode?.isWellFormed()).toBe(true);
    expect(errorCode).not.toContain('\0');
    expect(eventOf(many).facts.errors?.map(({ length }) => length)).toEqual(Array.from({ length: 20 }, () => 10_000));
  });

  it('are left out where they are nested deeper than can be written', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown;

    expect(eventOf(withData({ statements: deep, errors: [deep] }, failedAttempt.cloudEvents())).facts).toMatchObject({
      errors: [''],
      statements: undefined,
    });
  });
});

const text = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' });
const id = fc.string({ minLength: 1, maxLength: 30 });
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const time = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** An event in the fields of its CloudEvents shape, beside its data. */
const envelope = fc.record({
  id,
  source: id,
  time,
  tenantid: id,
  userid: maybe(id),
  ownerid: maybe(id),
  spaceid: maybe(id),
  toplevelresourceid: id,
});

const reload = fc.record({
  type: fc.constant('com.qlik.v1.reload.finished'),
  data: fc.record({
    id,
    appId: maybe(id),
    status: fc.constantFrom('FAILED', 'SUCCEEDED', 'CANCELED', 'EXCEEDED_LIMIT'),
    errorMessage: maybe(text),
    durationSeconds: maybe(fc.nat()),
    startTime: maybe(time),
  }),
});

const attempt = fc.record({
  type: fc.constant('com.qlik.v1.app.reload.finished'),
  data: fc.record({
    reloadId: id,
    status: fc.constantFrom('ok', 'error'),
    name: maybe(text),
    errors: maybe(fc.array(text, { maxLength: 5 })),
    size: maybe(fc.record({ memory: maybe(fc.nat()) })),
  }),
});

describe('any event', () => {
  it('gives the same facts in all three shapes', () => {
    fc.assert(
      fc.property(envelope, fc.oneof(reload, attempt), (around, { type, data }) => {
        const { id: eventId, source, time: eventTime, ...rest } = around;
        const cloudEvents = { specversion: '1.0', type, ...around, data };
        const extensions = {
          tenantId: rest.tenantid,
          userId: rest.userid,
          ownerId: rest.ownerid,
          spaceId: rest.spaceid,
          topLevelResourceId: rest.toplevelresourceid,
        };
        const legacy = { cloudEventsVersion: '0.1', source, eventId, eventTime, eventType: type, extensions, data };
        const read = readReloadEvent(cloudEvents);

        expect(read).toHaveProperty('event');
        expect(readReloadEvent(legacy)).toEqual(read);
        expect(readReloadEvent({ ...legacy, ...cloudEvents })).toEqual(read);
      }),
    );
  });

  it('with anything in any place gives one of the three answers', () => {
    const places = [
      'specversion',
      'type',
      'id',
      'tenantid',
      'time',
      'extensions',
      'data',
      'data.id',
      'data.status',
      'data.errors',
      'data.size',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(failedReload, ...Object.values(failedAttempt)),
        fc.array(fc.tuple(fc.constantFrom(...places), fc.jsonValue()), { maxLength: 4 }),
        (sample, changes) => {
          const body = sample();
          for (const [place, value] of changes) {
            if (place.startsWith('data.') && typeof body.data === 'object')
              Object.assign(body.data ?? {}, { [place.slice(5)]: value });
            else Object.assign(body, { [place]: value });
          }
          expect(Object.keys(readReloadEvent(body))).toHaveLength(1);
        },
      ),
    );
    fc.assert(fc.property(fc.jsonValue(), (body) => Object.keys(readReloadEvent(body)).length === 1));
  });
});
