import { createHash } from 'node:crypto';
import { asRecord, type ContentObject, contentObject } from './app-content.ts';
import type { SiteState } from './site-state.ts';

type Loss = SiteState['switches']['importLoses'];

/** The objects of a file as the import leaves them (switches). */
export function importedObjects(site: SiteState, objects: readonly ContentObject[]): ContentObject[] {
  return withLoss(objects, site.switches.importLoses).map((object) => imported(site, object));
}

/** What is left of an app's objects: all, or the last sheet is gone or stands empty while the list shows it as it was. */
export function withLoss(objects: readonly ContentObject[], loss: Loss): ContentObject[] {
  const last = objects.findLast((object) => object.objectType === 'sheet');
  if (loss === 'nothing' || last === undefined) return [...objects];
  const others = objects.filter((object) => object !== last);
  return loss === 'sheet' ? others : [...others, withoutCharts(last)];
}

function withoutCharts(sheet: ContentObject): ContentObject {
  const { engineObjectId: id, type, contentHash } = sheet;
  const json = structuredClone(sheet.json);
  const root = asRecord(asRecord(json)['qRoot']);
  root['qChildren'] = [];
  asRecord(root['qProperty'])['cells'] = [];
  return { ...contentObject({ id, type, json }), shownHash: sheet.shownHash ?? contentHash };
}

/** Its id and the hash shown of it may be new. What it holds is the same but for the id within, and so is its hash. */
function imported(site: SiteState, object: ContentObject): ContentObject {
  const { importKeepsObjectIds, contentHashOnImport } = site.switches;
  const hash = (): string => createHash('sha256').update(site.random.guid()).digest('base64');
  return {
    ...object,
    ...(importKeepsObjectIds ? {} : renamed(object, site.random.guid())),
    ...(contentHashOnImport === 'renewed' ? { shownHash: hash() } : {}),
  };
}

/** An object bears its id inside as well (QVF facts, section 1). */
function renamed({ json }: ContentObject, id: string): Pick<ContentObject, 'engineObjectId' | 'json'> {
  const copy = structuredClone(json);
  const property = asRecord(asRecord(asRecord(copy)['qRoot'])['qProperty'] ?? copy);
  asRecord(property['qInfo'])['qId'] = id;
  return { engineObjectId: id, json: copy };
}
