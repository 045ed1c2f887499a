import { isGrpcServiceError } from '@temporalio/client';
import type { Finding } from '../../../common/finding.ts';
import { connectError, connectTemporal, type TemporalClient } from '../../../temporal/connect.ts';
import { taskQueues } from '../../../workflows/contract.ts';
import type { LedgerlessCli } from '../cli-context.ts';
import { findingOfError } from './finding-of-error.ts';
import { lookAtProcesses } from './look-at-processes.ts';
import { lookHere } from './look-here.ts';
import { lookAtService } from './look-at-temporal.ts';
import { lookAtSites } from './look-at-sites.ts';
import { lookAtWorker } from './look-at-worker.ts';
import type { DoctorRun, Workers } from './doctor-run.ts';
import { type DoctorOptions, wantedOf, wants } from './options.ts';

/**
 * Looks at everything that is wanted, says what it is at, and gives what it found. Only scratch apps are written, where
 * `options.scratch` allows it. Safe to repeat. Without Temporal or a worker it does what can be done from here.
 */
export async function runDoctor(cli: LedgerlessCli, options: DoctorOptions): Promise<Finding[]> {
  const run: DoctorRun = { cli, options, causes: new Set() };
  const findings: Finding[] = [];
  if (wants(options, 'command')) {
    cli.remark('Looking at this command: secrets, ledger …');
    findings.push(...(await lookHere(cli)));
  }
  if (wants(options, 'process')) findings.push(...(await lookAtProcesses(cli)));
  if (wants(options, 'temporal', 'worker', 'mail', 's3', 'mqtt', 'listener', 'site', 'sites', 'source')) {
    findings.push(...(await lookByTemporal(run)));
  }
  return wantedOf(options, findings, run.causes);
}

async function lookByTemporal(run: DoctorRun): Promise<Finding[]> {
  const { cli } = run;
  cli.remark('Looking at Temporal …');
  const temporal = await connectTemporal({ config: cli.config }).catch((error: unknown) =>
    findingOfError(['temporal.reach', 'Temporal'], error),
  );
  if ('verdict' in temporal) return [temporal, ...(await lookBeyond(run, temporal))];
  try {
    const service = await lookAtService(cli.config, temporal).catch((error: unknown) => refused(cli, temporal, error));
    if ('verdict' in service) return [service, ...(await lookBeyond(run, service))];
    const { findings, polled, idleMain, unserved } = service;
    const main = taskQueues.main(cli.config.temporal.taskQueue);
    const workers = polled.has(main) ? { temporal, polled, unserved } : undefined;
    return [...findings, ...(await lookBeyond(run, workers ?? idleMain))];
  } finally {
    await temporal.close();
  }
}

/** It took the connection, and not what was asked then. @throws what did not come from the service, as it is */
function refused({ config }: LedgerlessCli, { address }: TemporalClient, error: unknown): Finding {
  if (!isGrpcServiceError(error)) throw error;
  return findingOfError(['temporal.reach', 'Temporal'], connectError(error, address, config.temporal.namespace));
}

/** What the workers see, or what can be told from here and why it is no more. */
async function lookBeyond(run: DoctorRun, workers: Workers | Finding): Promise<Finding[]> {
  const sites = await lookAtSites(run, workers);
  return [...(await lookAtWorker(run, workers)), ...sites];
}
