/** Events as the documentation shows them, and as they are put together from it; each call gives a new one. */

export type EventBody = Record<string, unknown> & { data: Record<string, unknown> };

const attemptData = {
  duration: 2,
  endedWithMemoryConstraint: false,
  errors: ['<engine error text, up to 5>'],
  isDirectQueryMode: false,
  isPartialReload: false,
  isSessionApp: false,
  isSkipStore: false,
  name: 'App name',
  peakMemoryBytes: 19369984,
  reloadId: '670e1df04cf4e529c035c902',
  rowLimit: -1,
  size: { memory: 12345 },
  statements: [],
  status: 'error',
  usage: 'ANALYTICS',
  warnings: [],
  endTime: '2024-10-15T07:46:59Z',
};

const cloudEventFields = {
  specversion: '1.0',
  id: 'b0f5c473-5dea-4d7e-a188-5e0b904cde33',
  type: 'com.qlik.v1.app.reload.finished',
  time: '2024-10-15T07:46:59Z',
  datacontenttype: 'application/json',
  tenantid: 'tenantid000000000000000000000001',
  userid: 'userid00000000000000000001',
  ownerid: 'ownerid0000000000000001',
  spaceid: 'spaceid000000000000000001',
  toplevelresourceid: '2933711d-6638-41d4-a2d2-6dd2d965208b',
  host: 'tenant.eu.qlikcloud.com',
};

const legacyFields = {
  cloudEventsVersion: '0.1',
  contentType: 'application/json',
  eventId: 'b0f5c473-5dea-4d7e-a188-5e0b904cde33',
  eventTime: '2024-10-15T07:46:59Z',
  eventTypeVersion: '1.0.0',
  eventType: 'com.qlik.v1.app.reload.finished',
  extensions: {
    ownerId: 'ownerid0000000000000001',
    tenantId: 'tenantid000000000000000000000001',
    userId: 'userid00000000000000000001',
    spaceId: 'spaceid000000000000000001',
    topLevelResourceId: '2933711d-6638-41d4-a2d2-6dd2d965208b',
  },
};

/** A failed attempt of the engine, in each of the three shapes. */
export const failedAttempt = {
  cloudEvents: (): EventBody =>
    structuredClone({ ...cloudEventFields, source: 'com.qlik/engine', data: { ...attemptData } }),
  hybrid: (): EventBody =>
    structuredClone({ ...legacyFields, ...cloudEventFields, source: 'com.qlik/engine', data: { ...attemptData } }),
  legacy: (): EventBody => structuredClone({ ...legacyFields, source: 'com.qlik/engine', data: { ...attemptData } }),
};

/** The end of a reload that failed. */
export function failedReload(): EventBody {
  return {
    specversion: '1.0',
    id: 'b347fd0d-1321-417f-91ee-90e96c76389d',
    source: 'com.qlik/reloads',
    type: 'com.qlik.v1.reload.finished',
    time: '2026-11-01T07:06:22Z',
    datacontenttype: 'application/json',
    tenantid: 'tenantid000000000000000000000001',
    userid: 'userid00000000000000000001',
    ownerid: 'ownerid0000000000000001',
    spaceid: 'spaceid000000000000000001',
    toplevelresourceid: '2933711d-6638-41d4-a2d2-6dd2d965208b',
    data: {
      id: '6a849f7f18ec290e6ceb025d',
      type: 'chronos',
      appId: '2933711d-6638-41d4-a2d2-6dd2d965208b',
      status: 'FAILED',
      taskId: '6a849f7f18ec290e6ceb0200',
      userId: 'userid00000000000000000001',
      weight: 1,
      partial: false,
      appUsage: 'ANALYTICS',
      tenantId: 'tenantid000000000000000000000001',
      errorCode: 'EngineConnectionError',
      errorMessage: 'failed to complete reload: unexpected EOF',
      creationTime: '2026-11-01T07:05:00Z',
      startTime: '2026-11-01T07:05:10Z',
      succeeded: false,
      resourceId: '2933711d-6638-41d4-a2d2-6dd2d965208b',
      resourceType: 'app',
      durationSeconds: 72,
      requeueCounters: { requeuesTotal: 1, requeuesWithErrors: 1 },
    },
  };
}

/** The example of the end of a reload in the vendor's documentation. */
export function documentedReload(): EventBody {
  return {
    id: 'b347fd0d-1321-417f-91ee-90e96c76389c',
    host: 'qlik.example.com',
    time: '2018-10-30T07:06:22Z',
    type: 'com.qlik.v1.reload.finished',
    source: 'com.qlik/reloads',
    ownerid: '5be59decca62aa00097268a4',
    originip: '192.168.1.1',
    specversion: '1.0',
    datacontenttype: 'application/json',
    reason: 'User initiated reload',
    userid: '5be59decca62aa00097268a4',
    spaceid: '64db65d5970c28d340790f5c',
    authtype: 'token',
    clientid: 'id123',
    tenantid: 'UkeLb6ICti8OA8f3LueRI5kVNtuHc15f',
    toplevelresourceid: '002ff8c5-3c11-4464-a22b-68fb5e7ee5e8',
    data: {
      id: '6a849f7f18ec290e6ceb025d',
      appId: '002ff8c5-3c11-4464-a22b-68fb5e7ee5e8',
      userId: '5be59decca62aa00097268a4',
      succeeded: true,
    },
  };
}

/** The example of an attempt in the vendor's documentation; its `status` is a placeholder. */
export function documentedAttempt(): EventBody {
  return {
    id: 'ccb149fb-e2dd-420b-8d9f-e6aacb95eb76',
    data: {
      name: 'string',
      size: { memory: 42 },
      errors: [],
      status: 'string',
      endTime: '2018-10-30T07:06:22Z',
      duration: 42,
      reloadId: 'c35f4b70-3ce4-4a30-b62b-2aef16943bc4',
      rowLimit: -1,
      warnings: [],
      statements: [],
      isSkipStore: true,
      isSessionApp: true,
      isPartialReload: true,
      peakMemoryBytes: 42,
      isDirectQueryMode: true,
      endedWithMemoryConstraint: true,
    },
    host: 'id',
    time: '2022-10-30T07:06:22Z',
    type: 'com.qlik.v1.app.reload.finished',
    reason: 'publishreplace',
    source: 'com.qlik/engine',
    userid: 'ccb149fb-e2dd-420b-8d9f-e6aacb95eb76',
    ownerid: 'ccb149fb-e2dd-420b-8d9f-e6aacb95eb76',
    spaceid: 'ccb149fb-e2dd-420b-8d9f-e6aacb95eb76',
    authtype: 'service_account',
    clientid: 'ccb149fb-e2dd-420b-8d9f-e6aacb95eb76',
    tenantid: 'ccb149fb-e2dd-420b-8d9f-e6aacb95eb76',
    sessionid: 'ccb149fb-e2dd-420b-8d9f-e6aacb95eb76',
    authclaims: '{"iss":"02_Open_App_V1", "sub":"7eddf8df-0000-0000-0000-000000000000", "subType":"api-key"}',
    specversion: '1.0',
    datacontenttype: 'application/json',
    toplevelresourceid: 'ccb149fb-e2dd-420b-8d9f-e6aacb95eb76',
  };
}
