import fc from 'fast-check';
import type { QrsSwitches } from '../../sandbox/qrs/switches.ts';

type Choices = { readonly [Name in keyof QrsSwitches]?: readonly QrsSwitches[Name][] };

/** What each unknown of a real site may be beside its default. */
const others: Choices = {
  withoutUserHeader: ['refused'],
  errorBodies: ['json-string'],
  quotedGuids: ['accepted'],
  unknownPropertyCode: [500],
  emptyQueryValue: ['refused'],
  identicalSubscriptions: ['separate'],
  unknownHandleCode: [400, 409, 500, 204],
  deletionsIgnoreFilter: [false],
  callbackRetries: [2],
  batchWindowMs: [100],
  batchMaxEvents: [20],
  changedPropertiesOfPut: ['with-references', 'empty'],
  changedPropertiesOfPublish: ['with-references', 'empty'],
  nodeCount: [2],
  rowIdsOnResend: ['renewed'],
  rowsWithoutId: ['matched-by-value'],
  omittedFields: ['kept'],
  idlePutRenewsModifiedDate: [false],
  secondPublishCode: [403, 409, 500],
  unknownStreamCode: [404, 500],
  replaceName: ['source'],
  replaceDescription: ['kept'],
  replaceRenewsPublishTime: [false],
  replaceTakesReloadTime: [false],
  copyKeepsTags: [true],
  copyKeepsCommunity: [true],
  copyDefaultName: ['source'],
  streamOnUnpublished: ['refused'],
  unpublishedObjectsApproved: [true],
  importKeepsObjectIds: [false],
  contentHashShown: ['never'],
  contentHashOnImport: ['renewed'],
  fileSizeShown: ['zero'],
  notAnAppCode: [500],
  secondDownloadCode: [403, 410, 500],
  usedTokenCode: [409, 500],
  unknownExportCode: [400, 200],
  exportDurationMs: [200],
  writeDurationMs: [100],
  visibilityLagMs: [100],
};

const all = Object.entries(others).flatMap(([name, values]) =>
  values.map((value): readonly [keyof QrsSwitches, unknown] => [name as keyof QrsSwitches, value]),
);

/** Some of the switches at another value than their default. */
export const someSwitches = fc.uniqueArray(fc.noShrink(fc.constantFrom(...all)), {
  maxLength: 6,
  selector: ([name]) => name,
  size: 'max',
});
