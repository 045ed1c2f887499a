import path from 'node:path';
import { type SmallDisk, openSmallDisk } from '../../../sandbox/disk/open-small-disk.ts';
import { writeBrokenCertificates, writeCertificates } from '../../../sandbox/qrs/certificates.ts';
import type { QrsSite } from '../../../sandbox/qrs/site.ts';
import { freePort } from '../../../sandbox/s3/server-process.ts';
import type { SandboxS3 } from '../../../sandbox/s3/start-s3.ts';
import { queries, type SiteWatchStatus, workflowIds } from '../../../workflows/contract.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { REP, type WorldOptions, type Yaml } from '../../harness/world.ts';
import { type CliWorld, startCliWorld } from './cli-world.ts';

/** Each of these targets has one fault, which its name tells. */
export const sickTargets = [
  'nameless',
  'closed',
  'stranger',
  'misnamed',
  'expired',
  'expiring',
  'nobody',
  'rightless',
  'doubled',
  'outdated',
  'late',
  'unserved',
] as const;

const OLDER = { buildVersion: '31.28.2.0', nodeType: 1, schemaPath: 'About' };
const GIGABYTE = 1024 ** 3;

export interface SickWorld {
  readonly cli: CliWorld;
  /** The data folder stands on a disk with little room; not everywhere can one be made. */
  readonly hasSmallDisk: boolean;
  close(): Promise<void>;
}

/** An installation in which nearly everything is wrong, each thing in its own way. */
export async function startSickWorld(s3: SandboxS3): Promise<SickWorld> {
  const disk = await openSmallDisk(GIGABYTE / 4);
  const closedPort = await freePort();
  const sites: Record<string, QrsSite> = {};
  const options: WorldOptions = {
    targets: sickTargets,
    async before(site) {
      for (const name of ['dev', ...sickTargets]) sites[name] = site(name);
      await plantAtSites(sites);
    },
    change: (yaml, alias) => plantInSettings(yaml, alias, { sites, s3, closedPort, disk }),
  };
  const cli = await startCliWorld(options);
  const { world } = cli;
  await waitFor('the site to be asked to call back', async () => {
    const watch = world.temporal.client.workflow.getHandle(workflowIds.siteWatch(world.alias('dev')));
    return (await watch.query<SiteWatchStatus>(queries.status)).subscribed;
  });
  const close = async (): Promise<void> => {
    await world.close();
    await disk?.close();
  };
  return { cli, hasSmallDisk: disk !== undefined, close };
}

async function plantAtSites(sites: Record<string, QrsSite>): Promise<void> {
  for (const name of ['dev', 'rightless']) {
    sites[name]!.actAs.createApp({ name: `App of ${name}`, owner: REP, dataSizeBytes: 1000 });
  }
  await sites['closed']!.goDown();
  await serveBroken(sites['misnamed']!, 'wrong-host');
  await serveBroken(sites['expired']!, 'expired');
  const soon = await writeCertificates({
    folder: brokenFolder(sites['expiring']!),
    hostNames: ['localhost'],
    validForDays: 20,
  });
  await sites['expiring']!.useCertificates(soon);
  sites['rightless']!.faults.add({ effect: { type: 'status', status: 403 }, path: '/app/upload', times: 0 });
  sites['doubled']!.actAs.createStream('Sales');
  sites['outdated']!.faults.add({ effect: { type: 'status', status: 200, json: OLDER }, path: '/qrs/about', times: 0 });
  sites['late']!.setClockSkew(-600_000);
  const { actAs } = sites['dev']!;
  actAs.createProperty('Whereto', ['nowhere - Overwrite']);
  actAs.createProperty('Streams', [], ['Stream']);
}

/** Certificates that a strict client must refuse, served by the site, and known to the worker. */
async function serveBroken(site: QrsSite, kind: 'wrong-host' | 'expired'): Promise<void> {
  const request = { folder: brokenFolder(site), hostNames: ['localhost'] };
  await site.useCertificates(await writeBrokenCertificates(kind, request));
}

function brokenFolder(site: QrsSite): string {
  return path.join(path.dirname(site.certificatesFolder), `broken-${site.alias}`);
}

interface Surroundings {
  readonly sites: Record<string, QrsSite>;
  readonly s3: SandboxS3;
  readonly closedPort: number;
  readonly disk: SmallDisk | undefined;
}

function plantInSettings(
  yaml: Yaml,
  alias: (name: string) => string,
  { sites, s3, closedPort, disk }: Surroundings,
): void {
  const site = (name: string): Yaml => yaml['sites'][alias(name)];
  site('nameless')['hosts'] = ['no-such-host.invalid'];
  site('stranger')['certificates'] = sites['late']!.certificatesFolder;
  for (const name of ['misnamed', 'expired', 'expiring']) site(name)['certificates'] = brokenFolder(sites[name]!);
  site('nobody')['user'] = { directory: 'COMPANY', id: 'nobody' };
  site('unserved')['certificatePassword'] = '${env:WAYBILL_NOT_SET}';
  const served = ['dev', ...sickTargets].filter((name) => name !== 'unserved');
  yaml['worker'].sites = served.map(alias);
  const source = yaml['sources'][alias('dev')];
  source.watch = 'callback';
  source.properties = { server: 'Whereto', stream: 'Streams', approval: 'Freigabe' };
  source.promoteOnReload = { enabled: true, tag: 'Nightly', createMissingTag: false };
  source.streams.Marketing = {};
  yaml['listener'] = { port: closedPort };
  yaml['mail'].port = closedPort;
  yaml['mail'].timeouts = { connect: '2s' };
  yaml['alerts'] = { broker: { url: `mqtt://127.0.0.1:${closedPort}`, connectTimeout: '2s' } };
  yaml['versioning'] = { mode: 'byProperty', bucket: 'plain', ...storeSettings(s3) };
  yaml['artifacts'] = { kind: 's3', s3: { bucket: 'no-such-bucket', ...storeSettings(s3) } };
  if (disk) yaml['dataFolder'] = disk.folder;
}

export function storeSettings({ endpoint, region, accessKeyId, secretAccessKey }: SandboxS3): Yaml {
  return { endpoint, region, pathStyle: true, credentials: { accessKeyId, secretAccessKey } };
}
