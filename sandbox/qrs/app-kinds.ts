import { flag, type Kind, name, owner, text } from './fields.ts';
import { neverMs, zeroGuid } from './records.ts';

/** Apps. */
export const app: Kind = {
  name: 'App',
  path: 'app',
  objectType: 'App',
  fields: {
    name: name(255),
    appId: { ...text(500), condensed: true },
    sourceAppId: { type: 'guid', initial: zeroGuid, readonly: true },
    targetAppId: { type: 'guid', initial: zeroGuid, readonly: true },
    publishTime: { type: 'date', initial: neverMs, condensed: true, readonly: true },
    published: { ...flag(false), condensed: true, readonly: true },
    description: text(512),
    fileSize: { type: 'integer', initial: 0, readonly: true },
    lastReloadTime: { type: 'date', initial: neverMs, readonly: true },
    thumbnail: text(512),
    savedInProductVersion: { ...text(512), condensed: true, readonly: true },
    migrationHash: { ...text(512), condensed: true, readonly: true },
    dynamicColor: text(100),
    availabilityStatus: {
      type: 'integer',
      initial: 0,
      condensed: true,
      readonly: true,
      enumNames: ['NotApplicable', 'Available', 'NoActiveRoute', 'NoConfiguredRoute', 'NotSynced', 'NotMigrated'],
    },
  },
  refs: { owner, stream: { kind: 'Stream', condensed: true } },
  hasTags: true,
  hasRows: true,
};

/** Objects of apps. */
export const appObject: Kind = {
  name: 'App.Object',
  path: 'app/object',
  objectType: 'App.Object',
  fields: {
    name: { ...text(2560), condensed: true },
    engineObjectId: { type: 'string', initial: '', condensed: true, readonly: true },
    contentHash: { type: 'string', initial: '', condensed: true, readonly: true },
    size: { type: 'integer', initial: 0, readonly: true },
    engineObjectType: { type: 'string', initial: '', condensed: true, readonly: true },
    description: { ...text(512), condensed: true },
    attributes: text(1024),
    objectType: { type: 'string', initial: '', condensed: true, readonly: true },
    publishTime: { type: 'date', initial: neverMs, condensed: true, readonly: true },
    published: { ...flag(false), condensed: true, readonly: true },
    approved: flag(false),
    sourceObject: { type: 'string', initial: '', readonly: true },
    draftObject: { type: 'string', initial: '', readonly: true },
    appObjectBlobId: { type: 'string', initial: '', readonly: true },
  },
  refs: { owner, app: { kind: 'App', required: true } },
  hasTags: true,
  hasRows: false,
};

/** Reload tasks. */
export const reloadTask: Kind = {
  name: 'ReloadTask',
  path: 'reloadtask',
  objectType: 'ReloadTask',
  fields: {
    name: name(500),
    taskType: { type: 'integer', initial: 0, condensed: true },
    enabled: { ...flag(true), condensed: true },
    taskSessionTimeout: { type: 'integer', initial: 1440, condensed: true },
    maxRetries: { type: 'integer', initial: 0, condensed: true },
    isManuallyTriggered: flag(false),
    isPartialReload: flag(false),
  },
  refs: { app: { kind: 'App', required: true } },
  hasTags: true,
  hasRows: true,
};

/** Runs of tasks and reloads. */
export const executionResult: Kind = {
  name: 'ExecutionResult',
  path: 'executionresult',
  objectType: 'ExecutionResult',
  fields: {
    taskID: { type: 'guid', initial: zeroGuid },
    appID: { type: 'guid', initial: zeroGuid },
    executingNodeName: { type: 'string', initial: '', condensed: true },
    status: {
      type: 'integer',
      initial: 0,
      condensed: true,
      enumNames: [
        'NeverStarted',
        'Triggered',
        'Started',
        'Queued',
        'AbortInitiated',
        'Aborting',
        'Aborted',
        'FinishedSuccess',
        'FinishedFail',
        'Skipped',
        'Retry',
        'Error',
        'Reset',
      ],
    },
    startTime: { type: 'date', initial: neverMs, condensed: true },
    stopTime: { type: 'date', initial: neverMs, condensed: true },
    duration: { type: 'integer', initial: 0, condensed: true },
    scriptLogAvailable: { ...flag(false), condensed: true },
  },
  refs: {},
  hasTags: false,
  hasRows: false,
};
