import { hostname } from 'node:os';
import { type Finding, look, ok } from '../../../common/finding.ts';
import { roomOf } from '../../../common/folder-room.ts';
import { unreadableSecrets } from '../../../config/unreadable-secrets.ts';
import { diskFinding } from '../../../rules/doctor/disk.ts';
import type { LedgerlessCli } from '../cli-context.ts';
import { openLedgerOf } from '../cli-context.ts';
import { findingOfError } from './finding-of-error.ts';

const SUBJECT = 'this command';

/** What commands need where they are run: the secrets, and the ledger. */
export async function lookHere({ config }: LedgerlessCli): Promise<Finding[]> {
  const secrets = await unreadableSecrets(config);
  const remedy =
    'Set the variable or the file for the account that runs Waybill. Where the worker runs under another account, which has them, this is no fault.';
  const ofSecrets = secrets.map((line) =>
    look(['command.secrets', SUBJECT], `A secret cannot be read from here: ${line}`, remedy),
  );
  const fine = ok(['command.secrets', SUBJECT], 'Every secret of the configuration can be read.');
  return [...(secrets.length > 0 ? ofSecrets : [fine]), await lookAtLedger(config)];
}

async function lookAtLedger(config: LedgerlessCli['config']): Promise<Finding> {
  const about = ['command.ledger', SUBJECT] as const;
  try {
    const ledger = await openLedgerOf(config);
    await ledger.close();
    return ok(about, `The ledger (${ledger.place}) can be opened.`);
  } catch (error) {
    return findingOfError(about, error);
  }
}

/** The disk as it is seen from here, where no worker tells of its own. */
export async function lookAtDiskHere({ config }: LedgerlessCli): Promise<Finding> {
  const { dataFolder: folder } = config;
  return diskFinding(`this host (${hostname()})`, { folder, setting: 'dataFolder', ...(await roomOf(folder)) });
}
