import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from '../../ledger/audit-entry.ts';
import { personIn } from '../server/context.ts';

interface SettingsFacts {
  /** Names of settings, never a value. */
  readonly settings: readonly string[];
  readonly version?: number;
  /** The version that was brought back. */
  readonly from?: number;
  /** How a test ended. */
  readonly outcome?: string;
}

/** What somebody did to the settings, for the audit trail. */
export function settingsEntry(
  request: FastifyRequest,
  type: 'changed' | 'brought-back' | 'tried',
  facts: SettingsFacts,
): AuditEntry {
  const { account, name } = personIn(request);
  return {
    kind: 'settings',
    type: `settings-${type}`,
    atUtc: new Date().toISOString(),
    by: { account, door: 'console', asserted: false },
    facts: { name, address: request.ip, ...facts },
  };
}
