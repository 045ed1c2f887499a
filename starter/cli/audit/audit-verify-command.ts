import { type Command, InvalidArgumentError } from 'commander';
import {
  type AuditFault,
  type AuditFaultKind,
  type AuditVerdict,
  verifyAudit,
} from '../../../views/audit/verify-audit.ts';
import { plain } from '../../../views/plain.ts';
import { type Cli, withCli, withCommonOptions } from '../cli-context.ts';

const BROKEN = 1;

/** Adds `waybill audit verify`: whether anybody changed, removed or added entries past Waybill. */
export function addAuditVerifyCommand(audit: Command): void {
  const command = audit
    .command('verify')
    .description('check that no entry of the audit trail was changed, removed or added past Waybill')
    .option('--expect <hash>', 'also say whether this hash, written down earlier, is still part of it', sha256)
    .action((_options: unknown, command: Command) => verify(command));
  withCommonOptions(command, ['audit verify', 'audit verify --expect 5f2c…', 'audit verify --json']);
}

/** A chain that is broken, or lacks the hash, ends with exit code 1. */
async function verify(command: Command): Promise<void> {
  const { expect } = command.opts<{ expect?: string }>();
  await withCli(command, async (cli) => {
    const verdict = await verifyAudit(cli.ledger, expect);
    if (!verdict.holds) process.exitCode = BROKEN;
    if (cli.json) cli.printJson(verdict);
    else cli.print(verdictText(cli, verdict));
  });
}

function verdictText(cli: Cli, { entries, lastHash, fault, expected }: AuditVerdict): string {
  const { paint } = cli;
  const whole = `The audit trail holds: ${entries} entries, each follows from the one before.`;
  const lines = fault
    ? [paint.red(`The audit trail is broken: ${faultText(cli, fault)}`), `${entries} entries before that hold.`]
    : [paint.green(whole)];
  lines.push(`${fault ? 'The hash of the last that holds' : 'The hash of the last'}: ${lastHash}`);
  if (expected && expected.n !== null) {
    lines.push(paint.green(`The hash ${expected.hash} is part of it: that of entry ${expected.n}.`));
  }
  if (expected && expected.n === null) {
    const where = fault ? 'none of the entries that hold' : 'no entry';
    const then = fault ? '' : ' Since it was written down, the trail was put back to an older one or written anew.';
    lines.push(paint.red(`The hash ${expected.hash} is that of ${where}.${then}`));
  }
  if (!fault && !expected)
    lines.push(paint.dim('Note it elsewhere: `waybill audit verify --expect` looks for it later.'));
  return lines.join('\n');
}

const faultTexts: Readonly<Record<AuditFaultKind, (which: string) => string>> = {
  changed: (which) => `${which} was changed: what stands there does not fit its hash.`,
  replaced: (which) => `${which} does not follow from the one before: one of both was written anew.`,
  missing: (which) => `${which} is missing; later ones are there.`,
  added: (which) => `${which} was added past Waybill.`,
  'tail-missing': (which) => `the end from ${which} on was taken away.`,
  'head-changed': (which) => `what is noted of its end does not fit ${which}, its last.`,
};

function faultText({ clock }: Cli, { kind, n, atUtc, type }: AuditFault): string {
  const known = type !== null && atUtc !== null ? ` (${plain(type)}, ${timeText(clock, atUtc)})` : '';
  return faultTexts[kind](`entry ${n}${known}`);
}

/** A time that somebody changed may be none. */
function timeText(clock: Cli['clock'], utc: string): string {
  return Number.isNaN(Date.parse(utc)) ? plain(utc) : clock.exact(utc);
}

function sha256(text: string): string {
  const hash = text.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new InvalidArgumentError('Expected the whole hash: 64 digits and letters from a to f.');
}
