import type { Command } from 'commander';
import { addAuditExportCommand } from './audit-export-command.ts';
import { addAuditListCommand } from './audit-list-command.ts';
import { addAuditVerifyCommand } from './audit-verify-command.ts';

/** Adds `waybill audit list`, `export` and `verify`: who did what and when, from the ledger alone. */
export function addAuditCommands(program: Command): void {
  const audit = program
    .command('audit')
    .description('tell who decided, changed and ordered what; export it; check that nobody changed the trail');
  addAuditListCommand(audit);
  addAuditExportCommand(audit);
  addAuditVerifyCommand(audit);
}
