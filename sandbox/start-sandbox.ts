import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Inbox, startInbox } from './inbox/start-inbox.ts';
import { type QrsControl, startControl } from './qrs/control.ts';
import type { QrsSite } from './qrs/site.ts';
import { startQrsSite } from './qrs/start-site.ts';
import type { QrsSwitches } from './qrs/switches.ts';
import { type SandboxS3, startS3 } from './s3/start-s3.ts';

export interface SandboxOptions {
  /** Certificates, uploads, mails and buckets; kept across starts. */
  readonly folder: string;
  /** The first is the source. Default dev, test, prod. */
  readonly sites?: readonly string[];
  /** Default true; without, no S3 server is looked for. */
  readonly s3?: boolean;
  /** First of the ports to listen on: control, sites, mail, mail page. Default: any that are free. */
  readonly portBase?: number;
  readonly switches?: Partial<QrsSwitches>;
  /** Told what takes a while. */
  readonly report?: (line: string) => void;
}

/** A company's Qlik sites, its mail server and its object store, on this machine. */
export interface Sandbox {
  readonly sites: ReadonlyMap<string, QrsSite>;
  readonly control: QrsControl;
  readonly inbox: Inbox;
  readonly s3: SandboxS3 | undefined;
  close(): Promise<void>;
}

export const REP = 'COMPANY\\anna';
export const MANAGER = 'COMPANY\\bert';
export const BUCKET = 'waybill-versions';

/** Starts the whole sandbox: real HTTPS sites with mutual TLS, a real SMTP server, a real S3 server. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  await mkdir(options.folder, { recursive: true });
  const aliases = options.sites ?? ['dev', 'test', 'prod'];
  const port = (offset: number): number => (options.portBase ? options.portBase + offset : 0);
  // First of all, because it alone may be impossible: nothing is left open then.
  const s3 = options.s3 === false ? undefined : await openS3(options, port(12));
  const sites = new Map<string, QrsSite>();
  for (const [index, alias] of aliases.entries()) {
    const folder = path.join(options.folder, alias);
    sites.set(alias, await startQrsSite({ alias, folder, port: port(index + 1), switches: options.switches }));
  }
  const control = await startControl([...sites.values()], port(0));
  const inbox = await startInbox({ tls: 'none', port: port(10), webPort: port(11) });
  return {
    sites,
    control,
    inbox,
    s3,
    async close() {
      await control.close();
      await Promise.all([...sites.values()].map((site) => site.close()));
      await inbox.close();
      await s3?.close();
    },
  };
}

async function openS3(options: SandboxOptions, port: number): Promise<SandboxS3> {
  const s3 = await startS3({ folder: path.join(options.folder, 's3'), port, report: options.report });
  await s3.createBucket(BUCKET);
  return s3;
}

/** People, streams and properties as a company has them: `Finance` is missing at the last site. */
export function furnishCompany(sandbox: Sandbox): void {
  const [source, ...targets] = [...sandbox.sites.values()];
  for (const site of sandbox.sites.values()) furnishPeople(site);
  for (const site of targets) site.actAs.createStream('Sales');
  targets[0]?.actAs.createStream('Finance');
  if (source)
    furnishSource(
      source,
      targets.map((site) => site.alias),
    );
}

function furnishPeople(site: QrsSite): void {
  const people = [
    ['anna', 'Anna Andersson'],
    ['bert', 'Bert Berg'],
  ] as const;
  for (const [id, name] of people) {
    site.actAs.createUser({ directory: 'COMPANY', id, name, email: `${id}@company.example` });
  }
}

function furnishSource(source: QrsSite, targets: readonly string[]): void {
  const { actAs } = source;
  const servers = targets.flatMap((alias) => [`${alias} - Overwrite`, `${alias} - Duplicate`]);
  actAs.createProperty('PromoteToServer', servers);
  actAs.createProperty('PromoteToStream', ['Sales', 'Finance']);
  actAs.createProperty('PromotionApproval', ['Approve', 'Deny']);
  for (const name of ['PromotionUnpublish', 'PromotionS3Versioning', 'PromoteOnReload']) {
    actAs.createProperty(name, ['True']);
  }
  actAs.createProperty('EmailAlertOnPublishTo', ['True'], ['Stream']);
  actAs.createStream('Sales');
  actAs.setStreamProperties('Sales', undefined, { EmailAlertOnPublishTo: ['True'] });
}
