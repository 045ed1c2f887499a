/** The Qlik sites and the mail server of a bench, furnished as a company has them. */
import { furnishCompany, startSandbox } from '../../sandbox/start-sandbox.ts';
import { serveParent } from './serve-parent.ts';

export interface SandboxOptions {
  readonly folder: string;
  /** The first is the source. */
  readonly sites: readonly string[];
}

export interface SandboxAddresses {
  readonly control: string;
  readonly inbox: { readonly host: string; readonly port: number };
  readonly sites: Readonly<
    Record<string, { readonly host: string; readonly port: number; readonly certificates: string }>
  >;
}

await serveParent(async ({ folder, sites }: SandboxOptions) => {
  const sandbox = await startSandbox({ folder, sites, s3: false });
  furnishCompany(sandbox);
  const { control, inbox } = sandbox;
  const addresses = [...sandbox.sites].map(([alias, { host, port, certificatesFolder }]) => {
    return [alias, { host, port, certificates: certificatesFolder }] as const;
  });
  const ready: SandboxAddresses = {
    control: control.url,
    inbox: { host: inbox.host, port: inbox.port },
    sites: Object.fromEntries(addresses),
  };
  return { ready, close: () => sandbox.close() };
});
