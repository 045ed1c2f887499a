import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { configFromYaml } from '../../config/load.ts';
import type { Config } from '../../config/types.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { type Inbox, startInbox } from '../../sandbox/inbox/start-inbox.ts';
import { type QrsSite, startQrsSite } from '../../sandbox/qrs/start-site.ts';
import { main } from '../../starter/cli/main.ts';
import { startWorker } from '../../worker/start-worker.ts';
import { canary, defaultSeed, seedFiles, writeFolder } from '../config/import/seed-files.ts';
import { temporaryFolder } from '../config/write-config.ts';
import { endWorkflows } from '../harness/end-workflows.ts';
import { memoryLogger } from '../harness/memory-logger.ts';
import { testTemporal, waybillBundle } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { Yaml } from '../harness/world.ts';

vi.setConfig({ testTimeout: 120_000 });

const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

const suffix = temporaryFolder().slice(-6).toLowerCase();
const alias = `Test-${suffix}`;
const dev = `dev-${suffix}`;

/** A site whose certificates stand where the old program has them. */
async function openSite(folder: string, name: string, hostName: string): Promise<QrsSite> {
  const certificatesFolder = path.join(folder, 'Certificates', name);
  const site = await startQrsSite({
    alias: name,
    folder: path.join(temporaryFolder(), name),
    hostName,
    certificatesFolder,
  });
  closing.push(() => site.close());
  for (const user of ['rep', 'manager'])
    site.actAs.createUser({ directory: 'COMPANY', id: user, name: user, email: `${user}@company.example` });
  site.actAs.createStream('Sales');
  return site;
}

/** `static/config.json` for a program that runs on the server of the source, which localhost is here. */
function oldConfiguration(inbox: Inbox): unknown {
  const group = defaultSeed.promote_on_custom_property_change;
  return {
    ...defaultSeed,
    promote_on_custom_property_change: {
      ...group,
      local_server_FQDN: 'localhost',
      remote_servers: [{ remote_server: '127.0.0.1', server_alias: alias }],
      email_config: {
        ...group.email_config,
        promotion_email_alerts: 'true',
        promotion_SMTP: 'localhost',
        promotion_SMTP_port: String(inbox.port),
        promotion_sender_email: 'promoter@company.example',
        promotion_sender_pass: Buffer.from(canary).toString('base64'),
      },
    },
  };
}

/**
 * The settings that were written, with what no old program has: sites on ports other than 4242, a mail server whose
 * authority only this test knows, a look at the source more often than every minute, and the Temporal server of the run,
 * where other tests have a source "dev" of their own.
 */
async function settingsFrom(
  output: string,
  facts: Record<'source' | 'target', QrsSite> & { inbox: Inbox; address: string },
) {
  const yaml = parse(await readFile(path.join(output, 'waybill.yaml'), 'utf8')) as Yaml;
  yaml['sites'] = { ...yaml['sites'], [dev]: { ...yaml['sites'].dev, port: facts.source.port }, dev: undefined };
  yaml['sites'][alias.toLowerCase()].port = facts.target.port;
  yaml['mail'].ca = path.join(output, 'mail-ca.pem');
  await writeFile(yaml['mail'].ca, facts.inbox.caPem);
  yaml['sources'] = { [dev]: { ...yaml['sources'].dev, watch: 'poll', sweep: '300ms' } };
  yaml['temporal'] = { address: facts.address, taskQueue: `waybill-${suffix}` };
  const environment = parseEnv(await readFile(path.join(output, 'waybill.env'), 'utf8'));
  return configFromYaml(stringify(yaml), output, { ...environment } as NodeJS.ProcessEnv);
}

async function startWaybill(config: Config, temporal: Awaited<ReturnType<typeof testTemporal>>) {
  await mkdir(config.dataFolder, { recursive: true });
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  closing.push(() => ledger.close());
  const { codePath } = await waybillBundle();
  const worker = await startWorker({
    config,
    ledger,
    logger: memoryLogger(),
    bundlePath: codePath,
    handleSignals: false,
  });
  closing.push(async () => {
    await worker.close();
    await endWorkflows(temporal, `waybill-${suffix}`, suffix);
  });
  await waitFor('the first look at the source', async () => ledger.getSiteMemory(dev));
}

it('promotes an approved app with a configuration that was imported from the old program, and mails the result', async () => {
  const inbox = await startInbox({ tls: 'starttls', users: [{ name: 'promoter@company.example', password: canary }] });
  closing.push(() => inbox.close());
  const old = writeFolder(seedFiles(oldConfiguration(inbox)));
  const [source, target] = [
    await openSite(old, 'LocalServerCerts', 'localhost'),
    await openSite(old, alias.toLowerCase(), '127.0.0.1'),
  ];
  source.actAs.createProperty('PromoteToServer', [`${alias} - Overwrite`]);
  for (const name of ['PromoteToStream', 'PromotionApproval']) source.actAs.createProperty(name);
  const temporal = await testTemporal();
  closing.push(() => temporal.close());
  const output = path.join(old, 'waybill');

  await main(['config', 'import-seed', old, '--output', output], {}, { writeErr: () => undefined });
  await startWaybill(await settingsFrom(output, { source, target, inbox, address: temporal.address }), temporal);
  const app = source.actAs.createApp({ name: 'Sales Overview', owner: 'COMPANY\\rep', dataSizeBytes: 1000 });
  source.actAs.publish(app, 'Sales');
  source.actAs.setProperties(app, 'COMPANY\\manager', {
    PromoteToServer: [`${alias} - Overwrite`],
    PromoteToStream: ['Sales'],
    PromotionApproval: ['Approve'],
  });

  await waitFor('the promotion', () => target.apps().some(({ name, stream }) => name === 'Sales Overview' && stream));
  const results = await inbox.waitFor(({ subject }) => subject === "'Sales Overview' promotion results", 60_000);
  expect(results).toMatchObject({ to: ['rep@company.example'], secure: true, user: 'promoter@company.example' });
  expect(results.text).toContain(alias);
});
