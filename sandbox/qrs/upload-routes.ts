import { textOf } from './records.ts';
import { rm } from 'node:fs/promises';
import { mustBeAllowed } from './actors.ts';
import { type AppContent, type ContentObject, readAppFile } from './app-content.ts';
import { addApp, appDetails } from './app-create.ts';
import { checkedName } from './app-operations.ts';
import { replaceApp } from './app-replace.ts';
import { appOf } from './app-routes.ts';
import { booleanQuery, type Call, created, requiredQuery, type Route } from './http-call.ts';
import { importedObjects } from './imported-content.ts';
import { QrsRefusal } from './refusal.ts';
import { fullShape } from './shapes.ts';
import { committed, unstore } from './site-state.ts';
import { spoolUpload } from './upload-spool.ts';

/** Uploads: raw `application/vnd.qlik.sense.app` or multipart/form-data ("QRS facts, section 2"). */
export const uploadRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/app/upload',
    async handle(call) {
      const name = checkedName(requiredQuery(call, 'name'));
      mustBeAllowed(call.site, call.actor);
      mustBeCentral(call);
      const upload = await receive(call);
      const app = addApp(call.site, call.actor, { name, ...upload });
      const { sha256, sizeBytes } = upload;
      const details = { sha256, sizeBytes, ...appDetails(call.site, app) };
      committed(call.site, app, { changeType: 1, action: 'upload-app', by: call.actor.name, details });
      return created(fullShape(call.site, app));
    },
  },
  {
    method: 'POST',
    path: '/app/upload/replace',
    async handle(call) {
      const target = appOf(call, requiredQuery(call, 'targetappid'));
      mustBeAllowed(call.site, call.actor, target);
      mustBeCentral(call);
      const upload = await receive(call);
      const source = addApp(call.site, call.actor, { name: textOf(target, 'name'), ...upload });
      replaceApp(call.site, call.actor, source, target);
      unstore(call.site, source);
      return created(fullShape(call.site, target));
    },
  },
];

interface Received {
  content: AppContent;
  objects: ContentObject[];
  sha256: string;
  sizeBytes: number;
}

/** The uploaded app. The file itself is kept only when its data cannot be made again. */
async function receive(call: Call): Promise<Received> {
  const { site } = call;
  const keepsData = booleanQuery(call, 'keepdata', true);
  const file = await spoolUpload(site, call.request);
  const read = await readAppFile(file.path, file.sizeBytes).catch(async () => {
    await rm(file.path, { force: true });
    throw new QrsRefusal(site.switches.notAnAppCode, 'The file is not a valid app.');
  });
  if (read.content.original === undefined || !keepsData) await rm(file.path, { force: true });
  const { original: _, ...bare } = read.content;
  const content = keepsData ? read.content : { ...bare, dataSizeBytes: 0, dataSeed: 0 };
  const objects = importedObjects(site, read.objects);
  return { content, objects, sha256: file.sha256, sizeBytes: file.sizeBytes };
}

function mustBeCentral(call: Call): void {
  const { thisNode, uploadToRimCode } = call.site.switches;
  if (thisNode === 'rim') throw new QrsRefusal(uploadToRimCode, 'Apps can only be uploaded on the central node.');
}
