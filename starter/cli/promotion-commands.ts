import type { Command } from 'commander';
import { addAdoptCommand } from './adopt-command.ts';
import { addAuditCommands } from './audit/audit-commands.ts';
import { addApproveCommand, addDenyCommand } from './decide-command.ts';
import { addListCommand } from './list-command.ts';
import { addPauseCommands } from './pause-command.ts';
import { addRebuildCommand } from './rebuild-command.ts';
import { addResolveCommands } from './resolve-command.ts';
import { addShowCommand } from './show-command.ts';

/**
 * Adds what approvers, operators and auditors work with: `list`, `show`, `audit`, `approve`, `deny`, `retry`, `skip`, `abort`,
 * `pause`, `resume`, `adopt` and `rebuild`. They read the ledger and speak to Temporal, and hold no Qlik certificate. What is refused is thrown as
 * a WaybillError, whose `exitCode` the process ends with: 1 refused or failed, 2 usage, 3 not found.
 */
export function addPromotionCommands(program: Command): void {
  addListCommand(program);
  addShowCommand(program);
  addAuditCommands(program);
  addApproveCommand(program);
  addDenyCommand(program);
  addResolveCommands(program);
  addPauseCommands(program);
  addAdoptCommand(program);
  addRebuildCommand(program);
}
