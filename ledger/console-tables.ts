import type { LinkPurpose } from './console-links.ts';
import type { PersonKind } from './console-people.ts';

/** JSON as text. */
type JsonText = string;
/** ISO 8601, UTC, milliseconds and `Z`. */
type UtcText = string;

export interface ConsolePersonTable {
  name: string;
  kind: PersonKind;
  display_name: string;
  account: string;
  roles: JsonText;
  groups: JsonText;
  password_hash: string | null;
  subject: string | null;
  epoch: number;
  disabled_at_utc: UtcText | null;
  signed_in_at_utc: UtcText | null;
  created_at_utc: UtcText;
  updated_at_utc: UtcText;
}

export interface ConsoleLinkTable {
  token_hash: string;
  purpose: LinkPurpose;
  person: string | null;
  created_at_utc: UtcText;
  expires_at_utc: UtcText;
  used_at_utc: UtcText | null;
}
