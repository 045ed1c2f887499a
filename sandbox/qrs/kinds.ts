import { app, appObject, executionResult, reloadTask } from './app-kinds.ts';
import { flag, type Kind, list, name, owner, text } from './fields.ts';
import { type KindName, zeroGuid } from './records.ts';

export type { Field, Kind } from './fields.ts';

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
    userDirectoryConnectorName: { ...text(255, null), condensed: true, readonly: true },
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
  fields: { name: name(128), settings: { type: 'object', initial: {}, required: true } },
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
