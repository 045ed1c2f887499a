import type { Generated, GeneratedAlways } from 'kysely';
import type { AlertKind, AlertSendState } from './alert-sends.ts';
import type { AuditKind } from './audit-kinds.ts';
import type { AttemptOutcome } from './attempts.ts';
import type { ClaimKind, ClaimState } from './claims.ts';
import type { ConsoleLinkTable, ConsolePersonTable } from './console-tables.ts';
import type { MailState } from './mails.ts';
import type { ReloadFailureState } from './reload-failures.ts';
import type { DeliveryState, PromotionState, PromotionVerdict } from './states.ts';
import type { StagingPurpose, StagingState } from './stagings.ts';

/** JSON as text: the same in both databases, and free of the limits of a database's own JSON type. */
type JsonText = string;
/** ISO 8601, UTC, milliseconds and `Z`: sorts as text. */
type UtcText = string;

export interface ClaimTable {
  kind: ClaimKind;
  site: string;
  app_id: string;
  key: string;
  promotion_key: string;
  state: ClaimState;
  outcome: string | null;
  facts: JsonText;
  claimed_at_utc: UtcText;
  closed_at_utc: UtcText | null;
}

export interface PromotionTable {
  promotion_key: string;
  site: string;
  app_id: string;
  app_name: string;
  owner: string;
  verdict: PromotionVerdict;
  state: PromotionState;
  decision: JsonText;
  artifact: JsonText | null;
  artifact_sha256: string | null;
  version: JsonText | null;
  version_sha256: string | null;
  outcome: JsonText | null;
  search: string;
  started_at_utc: UtcText;
  waiting_since_utc: UtcText | null;
  ended_at_utc: UtcText | null;
  updated_at_utc: UtcText;
  /** Account of the decision, as it was written. */
  decided_by: GeneratedAlways<string | null>;
}

export interface RecordTable {
  id: Generated<number>;
  promotion_key: string;
  seq: string;
  type: string;
  at_utc: UtcText;
  site: string | null;
  app_id: string | null;
  facts: JsonText;
}

export interface AwaitingTable {
  site: string;
  app_id: string;
  app_name: string;
  owner: string;
  stream: string | null;
  publish_time_utc: UtcText | null;
  waiting_since_utc: UtcText;
  missing: JsonText;
  alerted_to: JsonText;
  facts: JsonText | null;
  search: string;
}

export interface DeliveryTable {
  promotion_key: string;
  target: string;
  state: DeliveryState;
  trouble: JsonText | null;
  items: JsonText;
  waiting_since_utc: UtcText | null;
  started_at_utc: UtcText;
  ended_at_utc: UtcText | null;
  updated_at_utc: UtcText;
}

export interface TroubleMailTable {
  target: string;
  code: string;
  sent_at_utc: UtcText;
}

export interface OverwriteLockTable {
  target: string;
  target_app_id: string;
  promotion_key: string;
  /** 1 once the holder has sent its replace. */
  begun: number;
  taken_at_utc: UtcText;
}

export interface StagingTable {
  promotion_key: string;
  target: string;
  n: number;
  name: string;
  app_id: string | null;
  purpose: StagingPurpose;
  state: StagingState;
  created_at_utc: UtcText;
  closed_at_utc: UtcText | null;
}

export interface MemoryTable {
  site: string;
  /** Empty for what is remembered of the site itself. */
  app_id: string;
  memory: JsonText;
  revision: number;
  updated_at_utc: UtcText;
}

export interface AttemptTable {
  workflow_id: string;
  run_id: string;
  activity_id: string;
  attempt: number;
  activity_type: string;
  task_queue: string | null;
  worker: string | null;
  promotion_key: string | null;
  site: string | null;
  started_at_utc: UtcText;
  ended_at_utc: UtcText | null;
  outcome: AttemptOutcome | null;
  size_bytes: number | null;
  error_code: string | null;
  error_message: string | null;
  facts: JsonText | null;
}

export interface BackupTable {
  target: string;
  target_app_id: string;
  promotion_key: string;
  sha256: string;
  size_bytes: number;
  with_data: 0 | 1;
  at_utc: UtcText;
}

export interface MailTable {
  message_id: string;
  promotion_key: string | null;
  kind: string;
  recipients: JsonText;
  subject: string;
  text: string | null;
  mail_order: JsonText | null;
  state: MailState;
  attempts: number;
  last_error: string | null;
  created_at_utc: UtcText;
  updated_at_utc: UtcText;
}

export interface ReloadFailureTable {
  tenant: string;
  reload_id: string;
  app_id: string;
  status: string;
  state: ReloadFailureState;
  event: JsonText;
  found_at_utc: UtcText;
  ended_at_utc: UtcText | null;
  recovered_at_utc: UtcText | null;
}

export interface ReloadPartTable {
  tenant: string;
  reload_id: string;
  part: string;
  facts: JsonText | null;
  missing_why: string | null;
}

export interface AlertSendTable {
  tenant: string;
  reload_id: string;
  kind: AlertKind;
  destination: string;
  recipient: string;
  app_id: string;
  state: AlertSendState;
  attempts: number;
  last_error: string | null;
  created_at_utc: UtcText;
  updated_at_utc: UtcText;
}

export interface PauseTable {
  pause_id: string;
  site: string;
  why: string;
  paused_by: JsonText;
  paused_at_utc: UtcText;
  resumed_by: JsonText | null;
  resumed_at_utc: UtcText | null;
}

export interface AuditTable {
  /** 1, 2, 3 and so on, without gaps. */
  n: number;
  at_utc: UtcText;
  kind: AuditKind;
  type: string;
  seq: string | null;
  account: string | null;
  door: string | null;
  asserted: 0 | 1 | null;
  site: string | null;
  app_id: string | null;
  app_name: string | null;
  target_app_id: string | null;
  promotion_key: string | null;
  facts: JsonText;
  search: string;
  previous_hash: string;
  hash: string;
}

export interface AuditHeadTable {
  n: number;
  hash: string;
}

export interface ProcessTable {
  process_id: string;
  name: string;
  host: string;
  pid: number;
  started_at_utc: UtcText;
  seen_at_utc: UtcText;
  config_file: string;
  config_fingerprint: string;
  config_since_utc: UtcText;
  is_watching: number;
  waiting: JsonText;
  problems: JsonText;
}

export interface SettingsVersionTable {
  n: number;
  saved_at_utc: UtcText;
  saved_by: string | null;
  what: JsonText;
  fingerprint: string;
  yaml: string;
}

/** The schema as queries see it; `migrations/` is what makes it, and `docs/explanation/ledger.md` tells it. */
export interface LedgerTables {
  claims: ClaimTable;
  promotions: PromotionTable;
  records: RecordTable;
  awaiting: AwaitingTable;
  deliveries: DeliveryTable;
  trouble_mails: TroubleMailTable;
  stagings: StagingTable;
  memories: MemoryTable;
  attempts: AttemptTable;
  backups: BackupTable;
  overwrite_locks: OverwriteLockTable;
  mails: MailTable;
  reload_failures: ReloadFailureTable;
  reload_parts: ReloadPartTable;
  alert_sends: AlertSendTable;
  pauses: PauseTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
  console_people: ConsolePersonTable;
  console_links: ConsoleLinkTable;
  processes: ProcessTable;
  settings_versions: SettingsVersionTable;
}
