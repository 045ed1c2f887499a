import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { type QrsSite, startQrsSite } from '../../sandbox/qrs/start-site.ts';
import type { Yaml } from '../harness/world.ts';

export const OWNER = 'COMPANY\\rep';
export const APPROVER = 'COMPANY\\manager';

/** A source site, a target site and a configuration file for them; nothing of Waybill runs yet. */
export interface SmallWorld {
  readonly folder: string;
  readonly configFile: string;
  readonly source: QrsSite;
  readonly target: QrsSite;
  /** Every log file that a process of Waybill has written in here, as one text. */
  logs(): Promise<string>;
  close(): Promise<void>;
}

/** `suffix` is put behind the aliases `dev` and `test`; `settings` are added to the configuration. */
export async function smallWorld(settings: Yaml, suffix = ''): Promise<SmallWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-process-'));
  const [dev, test] = [`dev${suffix}`, `test${suffix}`];
  const [source, target] = await Promise.all([openSite(folder, dev), openSite(folder, test)]);
  source.actAs.createProperty('PromoteToServer', [`${test} - Overwrite`]);
  for (const name of ['PromoteToStream', 'PromotionApproval', 'PromoteOnReload']) source.actAs.createProperty(name);
  const yaml = {
    sites: { [dev]: siteSettings(source), [test]: siteSettings(target) },
    sources: { [dev]: {} },
    targets: { [test]: {} },
    listener: { port: 0 },
    logging: { file: 'waybill.log' },
    timeouts: { heartbeatEvery: '200ms', heartbeat: '5s' },
    ...settings,
  };
  const configFile = path.join(folder, 'waybill.yaml');
  await writeFile(configFile, stringify(yaml));
  return {
    folder,
    configFile,
    source,
    target,
    async logs() {
      const data = path.join(folder, 'data');
      const names = (await readdir(data)).filter((name) => name.startsWith('waybill-') && name.endsWith('.log'));
      return (await Promise.all(names.map((name) => readFile(path.join(data, name), 'utf8')))).join('');
    },
    async close() {
      await Promise.all([source.close(), target.close()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** An app that stands published in the source's stream Sales, with its promotion properties set and approved. */
export function publishApproved({ source }: SmallWorld, name: string): string {
  const app = source.actAs.createApp({ name, owner: OWNER, dataSizeBytes: 1000 });
  source.actAs.publish(app, 'Sales');
  source.actAs.setProperties(app, APPROVER, {
    PromoteToServer: [`${targetAlias(source.alias)} - Overwrite`],
    PromoteToStream: ['Sales'],
    PromotionApproval: ['Approve'],
  });
  return app;
}

function targetAlias(sourceAlias: string): string {
  return sourceAlias.replace(/^dev/, 'test');
}

async function openSite(folder: string, alias: string): Promise<QrsSite> {
  const site = await startQrsSite({ alias, folder: path.join(folder, alias) });
  for (const user of ['rep', 'manager']) site.actAs.createUser({ directory: 'COMPANY', id: user, name: user });
  site.actAs.createStream('Sales');
  return site;
}

function siteSettings({ host, port, certificatesFolder }: QrsSite): Yaml {
  return { hosts: [host], port, certificates: certificatesFolder };
}
