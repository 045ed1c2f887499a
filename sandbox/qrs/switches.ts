/**
 * Everything that no public source settles about a real repository service ("?" or low sureness in the QRS facts),
 * as named switches. A client must be right under every setting. All can be changed while the site runs.
 */
export interface QrsSwitches {
  // ---- sign-in and request form (facts, section 3) ----
  /** A request without `X-Qlik-User`: certificate requests have full rights, or are refused with 403. Default 'admin'. */
  withoutUserHeader: 'admin' | 'refused';
  /** A user the site does not know: 403 with the inactive-account text, or made on the spot without roles. */
  unknownUser: 'inactive-403' | 'created';
  /** Whether a write needs an admin role or ownership (403 "Forbidden" otherwise). */
  enforceRights: boolean;
  /** Error bodies as bare text or as a JSON string. Clients show them unquoted either way. */
  errorBodies: 'text' | 'json-string';
  /** Text of the 404 for an id that is not there. The facts know no body. */
  notFoundText: string;
  /** GUIDs are bare in filters; whether a quoted one is refused too is not known. */
  quotedGuids: 'refused' | 'accepted';
  /** Code for a filter or an orderby that names an unknown property. */
  unknownPropertyCode: 400 | 500;
  /** `filter=` with nothing behind it: ignored, or 400 `Missing parameter value(s)`. */
  emptyQueryValue: 'ignored' | 'refused';

  // ---- notifications (section 1) ----
  /** Identical subscriptions (name, type, filter, property, URL): one handle (SEED lives on that), one each, or 409 (GMS). */
  identicalSubscriptions: 'collapse' | 'separate' | 'refused';
  /** Code of `DELETE /notification` with an unknown handle. 204 stands for a server that does not tell. */
  unknownHandleCode: 404 | 400 | 409 | 500 | 204;
  /** Whether callbacks of deletions go out although the subscription's filter would not match. Facts: filter ignored. */
  deletionsIgnoreFilter: boolean;
  /** How often a failed callback is tried again. 0: at most once, as nothing public says that QRS retries. */
  callbackRetries: number;
  /** How long one callback may take before it counts as failed. */
  callbackTimeoutMs: number;
  /** How long changes are gathered before a callback goes out. 0: at once. */
  batchWindowMs: number;
  /** Most events in one callback's array. 1: each change on its own. */
  batchMaxEvents: number;
  /** `changedProperties` of a PUT: the base-type ones that differ, those and references, or none. */
  changedPropertiesOfPut: 'base-types' | 'with-references' | 'empty';
  /** `changedProperties` of publish. */
  changedPropertiesOfPublish: 'base-types' | 'with-references' | 'empty';
  /** A subscription whose `propertyname` is a reference or child (tags, customProperties): never matches, or 400. */
  referencePropertyName: 'never-matches' | 'refused';
  /** Which node's changes the site plays: the one with the subscriptions, or another one of the cluster. */
  changesComeFrom: 'this-node' | 'other-node';
  /** Whether a subscription here fires for changes made on another node. */
  otherNodesFire: boolean;

  // ---- nodes (sections 1 and 2) ----
  /** Nodes in `servernodeconfiguration`. */
  nodeCount: number;
  /** A rim node refuses uploads, and `/about` says nodeType 2. */
  thisNode: 'central' | 'rim';
  /** Code of an upload to a rim node. */
  uploadToRimCode: 400 | 403 | 500;

  // ---- writes (sections 2, 5 and 6) ----
  /** Custom property rows resent with their ids: kept with id, dates and author, or all made anew. */
  rowIdsOnResend: 'kept' | 'renewed';
  /** Rows resent without an id whose definition and value are there already: a new row, or the old one. */
  rowsWithoutId: 'new' | 'matched-by-value';
  /** Fields and lists missing from a PUT body: set to their defaults, or left as they are. */
  omittedFields: 'defaulted' | 'kept';
  /** Whether a PUT that changes nothing still sets a new modifiedDate. */
  idlePutRenewsModifiedDate: boolean;
  /** Code of publishing an app that is published. */
  secondPublishCode: 400 | 403 | 409 | 500;
  /** Code when the stream named in publish is not there. */
  unknownStreamCode: 400 | 404 | 500;
  /** Effect of replace on the target's name. */
  replaceName: 'kept' | 'source';
  /** Effect of replace on the target's description. */
  replaceDescription: 'kept' | 'source';
  /** Whether replace sets the target's publishTime to now. */
  replaceRenewsPublishTime: boolean;
  /** Whether replace sets the target's lastReloadTime to the source's. */
  replaceTakesReloadTime: boolean;
  /** Whether a user who is no owner of the base objects may have replace delete them ("Insufficient privileges"). */
  replaceDelete: 'allowed' | 'needs-delete-privilege';
  /** Whether copy takes tags along (custom properties have their own parameter). */
  copyKeepsTags: boolean;
  /** Whether a copy of a published app takes community and private objects along. */
  copyKeepsCommunity: boolean;
  /** Name of a copy for which the client gave none: the source's, or with `(1)` appended. */
  copyDefaultName: 'source' | 'numbered';
  /** PUT that sets a stream on an app that is not published: ignored, or 400. */
  streamOnUnpublished: 'ignored' | 'refused';
  /** Objects of an app that is not published: counted as approved, or not. */
  unpublishedObjectsApproved: boolean;
  /** Whether the default export scope of an app that is not published carries all its objects. */
  unpublishedExport: 'everything' | 'approved-only';

  // ---- files (sections 2 and 6) ----
  /** Whether objects keep their engineObjectId through export and upload. */
  importKeepsObjectIds: boolean;
  /**
   * Whether the repository shows an imported object with the contentHash that the exported one had, or with one of its
   * own making. What the object holds is the same either way.
   */
  contentHashOnImport: 'kept' | 'renewed';
  /** Whether the repository shows a hash for an object's content at all. */
  contentHashShown: 'always' | 'never';
  /** What an import drops of the app's last sheet, saying nothing: the sheet, or its charts, so that it stands empty. */
  importLoses: 'nothing' | 'sheet' | 'charts';
  /** The same of a copy that the repository makes. */
  copyLoses: 'nothing' | 'sheet' | 'charts';
  /** What `fileSize` of an app says: about what its file takes, or 0 as where the repository does not fill it in. */
  fileSizeShown: 'estimate' | 'zero';
  /** Code of an upload whose bytes are no app. */
  notAnAppCode: 400 | 500;
  /** Code of the second GET of a temporary download. */
  secondDownloadCode: 404 | 403 | 410 | 500;
  /** Code when someone other than the exporting user downloads. */
  foreignDownloadCode: 403 | 404;
  /** Code of exporting again under a token that is in use. */
  usedTokenCode: 400 | 409 | 500;
  /** Code of cancelling an export nobody knows. */
  unknownExportCode: 404 | 400 | 200;
  /** Uploads above this get 413-like refusal: the 500 of large uploads. 0: no limit. */
  largestUploadBytes: number;
  /** Whether uploads are hashed (SHA-256) while they are written to disk. */
  hashUploads: boolean;
  /** How long an export takes before its answer (the engine loads the app). */
  exportDurationMs: number;
  /** How long copy, publish and replace take before their answer. */
  writeDurationMs: number;
  /** How long a reload takes. */
  reloadDurationMs: number;

  // ---- the repository's own lag (section 6) ----
  /** A created app is not found by queries for this long; by id it is. "Let Sense repository catch up". */
  visibilityLagMs: number;
}

/** The defaults: what the old program's habits and most clients imply. */
export const defaultSwitches: Readonly<QrsSwitches> = {
  withoutUserHeader: 'admin',
  unknownUser: 'inactive-403',
  enforceRights: true,
  errorBodies: 'text',
  notFoundText: 'The requested resource could not be found.',
  quotedGuids: 'refused',
  unknownPropertyCode: 400,
  emptyQueryValue: 'ignored',
  identicalSubscriptions: 'collapse',
  unknownHandleCode: 404,
  deletionsIgnoreFilter: true,
  callbackRetries: 0,
  callbackTimeoutMs: 10_000,
  batchWindowMs: 0,
  batchMaxEvents: 1,
  changedPropertiesOfPut: 'base-types',
  changedPropertiesOfPublish: 'base-types',
  referencePropertyName: 'never-matches',
  changesComeFrom: 'this-node',
  otherNodesFire: true,
  nodeCount: 1,
  thisNode: 'central',
  uploadToRimCode: 400,
  rowIdsOnResend: 'kept',
  rowsWithoutId: 'new',
  omittedFields: 'defaulted',
  idlePutRenewsModifiedDate: true,
  secondPublishCode: 400,
  unknownStreamCode: 400,
  replaceName: 'kept',
  replaceDescription: 'source',
  replaceRenewsPublishTime: true,
  replaceTakesReloadTime: true,
  replaceDelete: 'allowed',
  copyKeepsTags: false,
  copyKeepsCommunity: false,
  copyDefaultName: 'numbered',
  streamOnUnpublished: 'ignored',
  unpublishedObjectsApproved: false,
  unpublishedExport: 'everything',
  importKeepsObjectIds: true,
  contentHashOnImport: 'kept',
  contentHashShown: 'always',
  importLoses: 'nothing',
  copyLoses: 'nothing',
  fileSizeShown: 'estimate',
  notAnAppCode: 400,
  secondDownloadCode: 404,
  foreignDownloadCode: 403,
  usedTokenCode: 400,
  unknownExportCode: 404,
  largestUploadBytes: 0,
  hashUploads: true,
  exportDurationMs: 0,
  writeDurationMs: 0,
  reloadDurationMs: 0,
  visibilityLagMs: 0,
};
