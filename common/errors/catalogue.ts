import { alertSendErrors } from './alert-send-errors.ts';
import { alertErrors } from './alert-errors.ts';
import { artifactErrors } from './artifact-errors.ts';
import { backupErrors } from './backup-errors.ts';
import { cliErrors } from './cli-errors.ts';
import { cloudErrors } from './cloud-errors.ts';
import { configErrors } from './config-errors.ts';
import { consoleErrors } from './console-errors.ts';
import { decisionErrors } from './decision-errors.ts';
import { gatewayErrors } from './gateway-errors.ts';
import { importErrors } from './import-errors.ts';
import { ledgerErrors } from './ledger-errors.ts';
import { listenerErrors } from './listener-errors.ts';
import { mailErrors } from './mail-errors.ts';
import { promotionErrors } from './promotion-errors.ts';
import { qrsErrors } from './qrs-errors.ts';
import { qvfErrors } from './qvf-errors.ts';
import { setupErrors } from './setup-errors.ts';
import { siteErrors } from './site-errors.ts';
import { settingsErrors } from './settings-errors.ts';
import { serviceErrors } from './service-errors.ts';
import { temporalErrors } from './temporal-errors.ts';
import { versionErrors } from './version-errors.ts';
import { type ErrorFacts, WaybillError } from './waybill-error.ts';

/** Every error of Waybill by its stable code. `docs/errors.md` is generated from it and checked in CI. */
export const catalogue = {
  ...configErrors,
  ...importErrors,
  ...cliErrors,
  ...backupErrors,
  ...setupErrors,
  ...serviceErrors,
  ...temporalErrors,
  ...qrsErrors,
  ...decisionErrors,
  ...promotionErrors,
  ...siteErrors,
  ...artifactErrors,
  ...qvfErrors,
  ...versionErrors,
  ...ledgerErrors,
  ...mailErrors,
  ...listenerErrors,
  ...gatewayErrors,
  ...consoleErrors,
  ...settingsErrors,
  ...alertSendErrors,
  ...cloudErrors,
  ...alertErrors,
} as const;

export type ErrorCode = keyof typeof catalogue;

/** Makes the error of a code. `facts` fill the places of its texts and must hold no secret. */
export function waybillError(
  code: ErrorCode,
  facts: ErrorFacts = {},
  options: { cause?: unknown; retryAfterMs?: number } = {},
): WaybillError {
  return new WaybillError(code, catalogue[code], facts, options);
}

/** True for a text that is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return text in catalogue;
}
