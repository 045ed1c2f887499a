import { mkdtempSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { QrsSite } from '../../../sandbox/qrs/site.ts';
import { startQrsSite } from '../../../sandbox/qrs/start-site.ts';
import { runMain } from './run-main.ts';

/** A source and a target as they were installed, and a folder with nothing but their certificates. */
export interface InitWorld {
  readonly folder: string;
  readonly configFile: string;
  readonly recordFile: string;
  readonly source: QrsSite;
  readonly target: QrsSite;
  /** The options that name both sites. */
  readonly sites: readonly string[];
  /** Runs `waybill init` with the configuration of this folder, in this process. */
  init(...args: readonly string[]): ReturnType<typeof runMain>;
  close(): Promise<void>;
}

const certificates = mkdtempSync(path.join(tmpdir(), 'waybill-init-certificates-'));

/** Starts the sites `dev` and `test`; `test` has the streams Sales and Finance. */
export async function startInitWorld(): Promise<InitWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-init-'));
  const open = async (alias: string): Promise<QrsSite> => {
    const site = await startQrsSite({
      alias,
      folder: path.join(folder, 'sites', alias),
      certificatesFolder: path.join(certificates, alias),
    });
    for (const id of ['rep', 'manager']) site.actAs.createUser({ directory: 'COMPANY', id, name: id });
    return site;
  };
  const [source, target] = await Promise.all([open('dev'), open('test')]);
  for (const name of ['Sales', 'Finance']) target.actAs.createStream(name);
  source.actAs.createStream('Sales');
  const configFile = path.join(folder, 'waybill.yaml');
  const folders = ['dev', 'test'].map((alias) => `${alias}=${path.join(certificates, alias)}`);
  const sites = [
    '--source',
    `dev=${source.host}:${source.port}`,
    '--target',
    `test=${target.host}:${target.port}`,
    '--certificates',
    ...folders,
  ];
  return {
    folder,
    configFile,
    recordFile: path.join(folder, 'waybill-init.json'),
    source,
    target,
    sites,
    init: (...args) => runMain('init', '--config', configFile, ...args),
    async close() {
      await Promise.all([source.close(), target.close()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
