import { type FieldValue, type KindName, neverMs, zeroGuid } from './records.ts';

/** One own field of an entity type. Dates are given and answered as ISO text, kept as milliseconds. */
export interface Field {
  type: 'string' | 'date' | 'boolean' | 'integer' | 'guid' | 'strings' | 'objects';
  initial: FieldValue;
  /** Part of the condensed shape, too. */
  condensed?: true;
  required?: true;
  minLength?: number;
  maxLength?: number;
  /** Clients cannot set it. */
  readonly?: true;
  /** Names of an enumeration's values, usable in filters. */
  enumNames?: readonly string[];
}

/** One reference to another entity. */
export interface Reference {
  kind: KindName;
  condensed?: true;
  required?: true;
}

/** An entity type: path, shape and rules ("QRS facts, section 5", and the swagger's definitions). */
export interface Kind {
  name: KindName;
  /** Under `/qrs/`. */
  path: string;
  /** As in notifications. */
  objectType: string;
  fields: Record<string, Field>;
  refs: Record<string, Reference>;
  hasTags: boolean;
  hasRows: boolean;
}

const text = (maxLength: number, initial: FieldValue = ''): Field => ({ type: 'string', initial, maxLength });
const name = (maxLength: number): Field => ({
  type: 'string',
  initial: '',
  condensed: true,
  required: true,
  minLength: 1,
  maxLength,
});
const flag = (initial: boolean): Field => ({ type: 'boolean', initial });
const list: Field = { type: 'strings', initial: [] };
const owner: Reference = { kind: 'User', required: true };

const app: Kind = {
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

const appObject: Kind = {
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

const stream: Kind = {
  name: 'Stream',
  path: 'stream',
  objectType: 'Stream',
  fields: { name: name(200) },
  refs: { owner },
  hasTags: true,
  hasRows: true,
};

const user: Kind = {
  name: 'User',
  path: 'user',
  objectType: 'User',
  fields: {
    userId: name(255),
    userDirectory: name(255),
    userDirectoryConnectorName: { ...text(255), condensed: true, readonly: true },
    name: { ...text(511), condensed: true },
    roles: list,
    attributes: { type: 'objects', initial: [] },
    inactive: flag(false),
    removedExternally: flag(false),
    blacklisted: flag(false),
    deleteProhibited: flag(false),
    favorites: list,
  },
  refs: {},
  hasTags: true,
  hasRows: true,
};

const tag: Kind = {
  name: 'Tag',
  path: 'tag',
  objectType: 'Tag',
  fields: { name: name(255) },
  refs: {},
  hasTags: false,
  hasRows: false,
};

const customPropertyDefinition: Kind = {
  name: 'CustomPropertyDefinition',
  path: 'custompropertydefinition',
  objectType: 'CustomPropertyDefinition',
  fields: {
    name: name(100),
    valueType: { type: 'string', initial: 'Text', condensed: true, required: true },
    choiceValues: { ...list, condensed: true },
    objectTypes: list,
    description: text(512),
  },
  refs: {},
  hasTags: false,
  hasRows: false,
};

const systemRule: Kind = {
  name: 'SystemRule',
  path: 'systemrule',
  objectType: 'SystemRule',
  fields: {
    category: { type: 'string', initial: 'Security', condensed: true },
    subcategory: { type: 'string', initial: '', condensed: true },
    type: { type: 'string', initial: 'Custom', condensed: true },
    name: name(255),
    rule: { ...text(2048), condensed: true },
    resourceFilter: name(1024),
    actions: { type: 'integer', initial: 0, condensed: true, required: true },
    comment: { ...text(255), condensed: true },
    disabled: { ...flag(false), condensed: true },
    ruleContext: { type: 'integer', initial: 0, enumNames: ['BothQlikSenseAndQMC', 'QlikSenseOnly', 'QMCOnly'] },
    seedId: { type: 'guid', initial: zeroGuid },
    version: { type: 'integer', initial: 0 },
  },
  refs: {},
  hasTags: true,
  hasRows: false,
};

const serviceCluster: Kind = {
  name: 'ServiceCluster',
  path: 'servicecluster',
  objectType: 'ServiceCluster',
  fields: { name: name(128) },
  refs: {},
  hasTags: false,
  hasRows: false,
};

const serverNode: Kind = {
  name: 'ServerNodeConfiguration',
  path: 'servernodeconfiguration',
  objectType: 'ServerNodeConfiguration',
  fields: {
    name: name(255),
    hostName: name(255),
    isCentral: { ...flag(false), readonly: true },
    nodePurpose: { type: 'integer', initial: 0, enumNames: ['Production', 'Development', 'ProductionAndDevelopment'] },
    engineEnabled: flag(true),
    proxyEnabled: flag(true),
    printingEnabled: flag(true),
    schedulerEnabled: flag(true),
    temporaryfilepath: { ...text(255), condensed: true },
    roles: { type: 'objects', initial: [], condensed: true, readonly: true },
    failoverCandidate: flag(false),
  },
  refs: { serviceCluster: { kind: 'ServiceCluster', condensed: true, required: true } },
  hasTags: true,
  hasRows: true,
};

const reloadTask: Kind = {
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
  refs: { app: { kind: 'App', condensed: true, required: true } },
  hasTags: true,
  hasRows: true,
};

const executionResult: Kind = {
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

const selection: Kind = {
  name: 'Selection',
  path: 'selection',
  objectType: 'Selection',
  fields: { items: { type: 'objects', initial: [], condensed: true } },
  refs: {},
  hasTags: false,
  hasRows: false,
};

/** Every entity type of the site. */
export const kinds: Readonly<Record<KindName, Kind>> = {
  App: app,
  'App.Object': appObject,
  Stream: stream,
  User: user,
  Tag: tag,
  CustomPropertyDefinition: customPropertyDefinition,
  SystemRule: systemRule,
  ServerNodeConfiguration: serverNode,
  ServiceCluster: serviceCluster,
  ReloadTask: reloadTask,
  ExecutionResult: executionResult,
  Selection: selection,
};

/** The entity type that a notification or `changes` name means, whatever its case; dots are optional. */
export function kindByName(name: string): Kind | undefined {
  const wanted = name.toLowerCase().replaceAll('.', '');
  return Object.values(kinds).find((kind) => kind.objectType.toLowerCase().replaceAll('.', '') === wanted);
}
