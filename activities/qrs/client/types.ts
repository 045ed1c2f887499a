/**
 * The entities of the repository API, as far as Waybill reads them (QRS facts, section 5). Every object that a site returns
 * keeps the fields that are not named here: change it with `{ ...entity, field }` and send it back whole.
 *
 * Dates are UTC text with milliseconds and `Z`, as the site sends them.
 */

/** `publishTime` of an app that was never published, and `lastReloadTime` of one that was never reloaded. */
export const neverDate = '1753-01-01T00:00:00.000Z';

/** What every stored entity has. `modifiedDate` is what a PUT is checked against. */
export interface QrsEntity {
  readonly id: string;
  readonly createdDate?: string;
  readonly modifiedDate?: string;
  /** `DIRECTORY\user` of the last writer. */
  readonly modifiedByUserName?: string;
  readonly schemaPath?: string;
}

export interface QrsUserRef {
  readonly id: string;
  readonly userId: string;
  readonly userDirectory: string;
  readonly name: string;
}

export interface QrsStreamRef {
  readonly id: string;
  readonly name: string;
}

export interface QrsTagRef {
  readonly id: string;
  readonly name: string;
}

export interface QrsCustomPropertyDefinitionRef {
  readonly id: string;
  readonly name: string;
  readonly valueType?: string;
  readonly choiceValues?: readonly string[];
}

/** One row of a custom property: a property with two values has two rows. */
export interface QrsCustomPropertyValue extends QrsEntity {
  readonly value: string;
  readonly definition: QrsCustomPropertyDefinitionRef;
}

/** An app of `app/full`. `description` holds at most 512 characters. */
export interface QrsApp extends QrsEntity {
  readonly name: string;
  readonly description: string;
  readonly published: boolean;
  readonly publishTime: string;
  readonly lastReloadTime: string;
  readonly fileSize: number;
  /** Null while the app is not published. */
  readonly stream: QrsStreamRef | null;
  readonly owner: QrsUserRef;
  readonly tags: readonly QrsTagRef[];
  readonly customProperties: readonly QrsCustomPropertyValue[];
  readonly sourceAppId?: string;
  readonly targetAppId?: string;
  readonly savedInProductVersion?: string;
  readonly availabilityStatus?: number;
  readonly thumbnail?: string;
}

/** One object of an app: a sheet, a story, a master item, the script. */
export interface QrsAppObject extends QrsEntity {
  readonly name: string;
  readonly engineObjectId: string;
  readonly objectType: string;
  readonly contentHash: string;
  readonly size: number;
  readonly approved: boolean;
  readonly published: boolean;
  readonly publishTime?: string;
  readonly owner?: QrsUserRef | null;
  /** The app that it belongs to. */
  readonly app?: { readonly id: string } | null;
}

export interface QrsStream extends QrsEntity {
  readonly name: string;
  readonly owner?: QrsUserRef | null;
  readonly tags?: readonly QrsTagRef[];
  readonly customProperties?: readonly QrsCustomPropertyValue[];
}

export interface QrsTag extends QrsEntity {
  readonly name: string;
}

export interface QrsCustomPropertyDefinition extends QrsEntity {
  readonly name: string;
  readonly valueType: string;
  readonly choiceValues: readonly string[];
  /** Entity types the property can be set on, such as `App`. */
  readonly objectTypes: readonly string[];
  readonly description?: string;
}

/** A rule of the site; those of the category `Security` say who may do what. */
export interface QrsSystemRule extends QrsEntity {
  readonly name: string;
  readonly category: string;
  /** `Default` came with the site, `Custom` was made or changed; `ReadOnly` cannot be changed. */
  readonly type: string;
  /** The condition. */
  readonly rule: string;
  readonly resourceFilter: string;
  /** The sum of 1 create, 2 read, 4 update, 8 delete, 16 export, 32 publish and more. */
  readonly actions: number;
  readonly comment: string;
  readonly disabled: boolean;
  /** 0 both in hub and QMC, 1 hub, 2 QMC; some sites send the name instead. */
  readonly ruleContext: number | string;
  readonly seedId?: string;
  readonly version?: number;
}

export interface QrsUserAttribute extends QrsEntity {
  /** Such as `email` or `group`. */
  readonly attributeType: string;
  readonly attributeValue: string;
}

export interface QrsUser extends QrsEntity {
  readonly userId: string;
  readonly userDirectory: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly attributes: readonly QrsUserAttribute[];
  readonly inactive: boolean;
  readonly blacklisted: boolean;
  readonly removedExternally: boolean;
  readonly customProperties?: readonly QrsCustomPropertyValue[];
  readonly tags?: readonly QrsTagRef[];
}

export interface QrsAbout {
  readonly buildVersion: string;
  readonly buildDate: string;
  readonly databaseProvider: string;
  /** 1 is the central node, 2 a rim node. */
  readonly nodeType: number;
  readonly sharedPersistence: boolean;
  readonly requiresBootstrap: boolean;
  readonly singleNodeOnly: boolean;
}

/** The answer to an export. `downloadPath` stands under the host without `/qrs`; it is empty when the export was cancelled. */
export interface QrsExport {
  readonly exportToken: string;
  readonly appId: string;
  readonly downloadPath: string;
  readonly cancelled: boolean;
}

/** 0 is undefined, 1 added, 2 updated, 3 deleted (QRS facts, section 1). */
export type QrsChangeNumber = 0 | 1 | 2 | 3;

/** One change that the site remembers. */
export interface QrsChange {
  readonly changeType: QrsChangeNumber;
  readonly id: string;
  /** Entity type, such as `App`. */
  readonly type: string;
  readonly changeDate: string;
}
