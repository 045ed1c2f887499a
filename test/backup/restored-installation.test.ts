import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import type { AdoptReport } from '../../starter/cli/adopt-command.ts';
import type { AuditPage } from '../../starter/cli/audit/audit-list-command.ts';
import type { BackupReport } from '../../starter/cli/backup-command.ts';
import type { RestoreReport } from '../../starter/cli/restore-command.ts';
import type { AuditVerdict } from '../../views/audit/verify-audit.ts';
import { waitFor } from '../harness/wait-for.ts';
import { publishApproved, type SmallWorld, smallWorld } from '../starter/small-world.ts';
import { endAll, freePorts, listens, waybill, waybillOnce, type WaybillProcess } from '../starter/waybill-process.ts';

// A start takes a second or two, and many times that on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let world: SmallWorld;
let ports: number[];
let up: WaybillProcess;
let backups: string;
let restoredTo: string;
const appIds = { waiting: '', since: '' };

beforeAll(async () => {
  ports = await freePorts(3);
  const [port, uiPort, listenerPort] = ports;
  world = await smallWorld({
    temporal: { devServer: { port, uiPort } },
    listener: { port: listenerPort },
    sources: { dev: { sweep: '2s' } },
    retry: { recheck: '500ms' },
  });
  backups = path.join(world.folder, 'backups');
  restoredTo = path.join(world.folder, 'restored', 'waybill.yaml');
  await mkdir(path.dirname(restoredTo));
  world.target.faults.add({ effect: { type: 'status', status: 403, text: 'Forbidden' }, times: 0 });
  up = waybill(['up', '--config', world.configFile]);
  await up.says('Waybill is running.');
  await waitFor('the site to call back', () => world.source.subscriptions().length > 0);
  appIds.waiting = publishApproved(world, 'Waiting');
  await withLedger(world.configFile, (ledger) => waitFor('a delivery to wait', () => isStuck(ledger, appIds.waiting)));
});

afterAll(async () => {
  endAll();
  await world?.close();
});

async function withLedger<T>(configFile: string, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  const file = path.join(path.dirname(configFile), 'data', 'ledger.sqlite');
  const ledger = await openLedger({ kind: 'sqlite', file });
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

async function isStuck(ledger: Ledger, appId: string): Promise<boolean> {
  const trouble = (await ledger.troubles()).find((one) => one.appId === appId);
  return trouble !== undefined && (await ledger.getPromotion(trouble.promotionKey))?.artifact !== undefined;
}

async function json<T>(...args: string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await waybillOnce([...args, '--json']);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return JSON.parse(stdout) as T;
}

const published = (name: string): unknown[] => world.target.apps().filter((app) => app.name === name);
const nothingListens = async (): Promise<boolean> => (await Promise.all(ports.map(listens))).every((isOpen) => !isOpen);

it('is backed up while a promotion waits, and put back nowhere while it runs', async () => {
  const { manifest, lostArtifacts } = await json<BackupReport>('backup', '--to', backups, '--config', world.configFile);
  const restore = ['restore', backups, '--config', world.configFile, '--force'];
  const [ofLedger, ofTemporal] = [
    await waybillOnce([...restore, '--only', 'ledger']),
    await waybillOnce([...restore, '--only', 'temporal']),
  ];

  expect(manifest.files.map(({ part }) => part).toSorted()).toEqual([
    'configuration',
    'ledger',
    'temporal',
    'temporal',
  ]);
  expect({ artifacts: manifest.artifacts.length, lostArtifacts }).toEqual({ artifacts: 1, lostArtifacts: [] });
  expect({ exitCode: ofLedger.exitCode, stderr: ofLedger.stderr }).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/[^\n]*ledger\.sqlite open\.[^]*WAYBILL_BACKUP_TARGET_IN_USE/) as string,
  });
  expect(ofTemporal.stderr).toMatch(/temporal\.sqlite open\.[^]*WAYBILL_BACKUP_TARGET_IN_USE/);
});

it('goes on after everything was lost: what was open is promoted once, what was decided since is held', async () => {
  appIds.since = publishApproved(world, 'Since');
  await withLedger(world.configFile, (ledger) => waitFor('the next to wait', () => isStuck(ledger, appIds.since)));
  await up.stop('SIGKILL');
  await waitFor('the Temporal server to be gone', nothingListens);

  const { heldAt } = await json<RestoreReport>('restore', backups, '--config', restoredTo);
  world.target.faults.clear();
  up = waybill(['up', '--config', restoredTo]);
  await up.says('Waybill is running.');

  const promotion = await withLedger(restoredTo, (ledger) =>
    waitFor('the promotion to end', async () => {
      const [latest] = await ledger.listPromotions({ appId: appIds.waiting });
      return latest?.endedAtUtc ? latest : undefined;
    }),
  );
  expect(promotion.state).toBe('promoted');
  expect(published('Waiting')).toMatchObject([{ stream: expect.anything() as unknown }]);
  expect(heldAt).toEqual(['dev']);
  const { standing } = await waitFor('the decision to be held', async () => {
    const report = await json<AdoptReport>('adopt', 'dev', '--config', restoredTo);
    return report.standing.length > 0 ? report : undefined;
  });
  expect(standing).toMatchObject([{ appId: appIds.since, since: 'restored-ledger', verdict: 'approve' }]);
  expect(published('Since')).toEqual([]);
  expect(await json<AuditVerdict>('audit', 'verify', '--config', restoredTo)).toMatchObject({ holds: true });
  const { entries } = await json<AuditPage>('audit', 'list', '--app', appIds.waiting, '--config', restoredTo);
  expect(entries.map(({ type }) => type)).toEqual(expect.arrayContaining(['approve', 'published', 'promoted']));
  expect(world.target.apps().filter(({ name }) => name.startsWith('~waybill/'))).toEqual([]);
  expect(await up.stop('SIGINT')).toBe(0);
});
