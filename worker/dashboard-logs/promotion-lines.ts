import type { DeliveryOutcome, KeptVersion } from '../../activities/promotion-types.ts';
import type { StoredDecision } from '../../activities/qrs/source/stored-decision.ts';
import type { Promotion } from '../../ledger/promotions.ts';
import type { LedgerRecord } from '../../ledger/records.ts';
import { inOneLine, type LogLine, quoted } from './log-line.ts';

/** Types of records that the dashboard has something of; decisions are told with their promotion. */
export const toldRecords = ['refused', 'version-kept', 'version-failed', 'verified', 'skipped', 'aborted', 'trouble'];

/** The lines of one record of a promotion from `source`. */
export function linesOfRecord(record: LedgerRecord, source: string): LogLine[] {
  const { type } = record;
  const line = lineOf(record);
  if (type === 'trouble') return [line('ERROR', `Trouble: ${textIn(record, 'message')}`)];
  if (type === 'refused') return [line('WARNING', `Refused: ${textIn(record, 'why')}`)];
  if (type === 'version-kept') {
    const { versionId } = record.facts as KeptVersion;
    return [line('INFO', `App s3 version id: ${quoted(versionId)}`)];
  }
  if (type === 'version-failed') return [line('ERROR', `No version was kept: ${textIn(record, 'why')}`)];
  return isDelivery(record) ? deliveryLines(record, source) : [];
}

/** A promotion that was given up bears the type of a delivery as well, with other facts. */
function isDelivery(record: LedgerRecord): record is LedgerRecord<DeliveryOutcome> {
  return record.seq.startsWith('deliver/');
}

/** The lines of a decision, when it was taken up. `host`: of its source site. */
export function linesOfDecision(promotion: Promotion<StoredDecision>, host: string): LogLine[] {
  const { promotionKey, startedAtUtc } = promotion;
  const { app, by, site, appId, verdict, source } = promotion.decision;
  const line = lineOf({ promotionKey, atUtc: startedAtUtc });
  return [
    line('INFO', `Originator Node HostName: ${quoted(host)}`),
    line('INFO', `Requesting app/full info on ${quoted(appId)}`),
    line('INFO', `App Name: ${quoted(app.name)}`),
    line('INFO', `App updated on node ${quoted(site)} by ${quoted(by.account)}, owned by ${quoted(app.owner)}`),
    line('INFO', app.streamName === undefined ? 'App is not published' : 'App is published'),
    line('INFO', `App Number of Custom Properties: ${quoted(String(source.properties.length))}`),
    line('INFO', `Promotion has been ${verdict === 'deny' ? 'denied' : 'approved'}`),
  ];
}

function deliveryLines(record: LedgerRecord<DeliveryOutcome>, source: string): LogLine[] {
  const { facts: outcome } = record;
  const line = lineOf(record, outcome.site);
  if (outcome.state !== 'verified')
    return [line('ERROR', inOneLine(`Not delivered to ${outcome.site} (${outcome.state}): ${outcome.why ?? ''}`))];
  const streams = [...new Set(outcome.items.map(({ streamName }) => streamName))];
  return [
    ...streams.map((name) => line('INFO', `Stream found: ${quoted(name)}`)),
    ...outcome.missingStreams.map((name) => line('WARNING', `No such stream: ${quoted(name)}`)),
    ...(outcome.items.length > 0
      ? [line('INFO', `App promoted from ${quoted(source)} to ${quoted(outcome.site)}`)]
      : []),
  ];
}

function lineOf(
  { promotionKey, atUtc }: Pick<LedgerRecord, 'promotionKey' | 'atUtc'>,
  target?: string,
): (level: LogLine['level'], message: string) => LogLine {
  const logId = target === undefined ? promotionKey : `${promotionKey}|${target}`;
  return (level, message) => ({ log: 'app_update', atUtc, level, status: 'app_update', logId, message });
}

function textIn({ facts }: LedgerRecord, name: string): string {
  const value = (facts as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? inOneLine(value) : '';
}
