import type { StoredDecision } from '../../activities/qrs/source/stored-decision.ts';
import { nextDay, startOfDayUtc } from '../../common/day.ts';
import type { Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Mail } from '../../ledger/mails.ts';
import type { Promotion } from '../../ledger/promotions.ts';
import type { LogLine } from './log-line.ts';
import { linesOfMail, type MailedApp, toldMails } from './mail-lines.ts';
import { linesOfDecision, linesOfRecord, toldRecords } from './promotion-lines.ts';

export type ReadLedger = Pick<Ledger, 'listRecords' | 'getPromotion' | 'listPromotions' | 'listMails' | 'getAwaiting'>;

/** What the lines of a day are made from. */
export interface DaySource {
  readonly ledger: ReadLedger;
  readonly config: Pick<Config, 'sites' | 'timeZone'>;
}

const PAGE = 1000;

/** All lines of one day of the configured zone, in order of time. Only reads. */
export async function linesOfDay(source: DaySource, day: string): Promise<LogLine[]> {
  const { timeZone } = source.config;
  const fromUtc = startOfDayUtc(day, timeZone) ?? day;
  const toUtc = startOfDayUtc(nextDay(day), timeZone) ?? day;
  const lines = [
    ...(await decisionLines(source, fromUtc, toUtc)),
    ...(await recordLines(source, fromUtc, toUtc)),
    ...(await mailLines(source, fromUtc, toUtc)),
  ];
  return lines.toSorted((a, b) => (a.atUtc < b.atUtc ? -1 : a.atUtc > b.atUtc ? 1 : 0));
}

async function decisionLines(
  { ledger, config }: DaySource,
  startedFromUtc: string,
  startedBeforeUtc: string,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let after: Promotion | undefined;
  for (;;) {
    const page = await ledger.listPromotions<StoredDecision>({ startedFromUtc, startedBeforeUtc, after, limit: PAGE });
    for (const promotion of page) {
      const site = config.sites[promotion.site];
      lines.push(...linesOfDecision(promotion, site?.publicHost ?? site?.hosts[0] ?? promotion.site));
    }
    if (page.length < PAGE) return lines;
    after = page.at(-1);
  }
}

async function recordLines({ ledger }: DaySource, fromUtc: string, toUtc: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const sources = new Map<string, string>();
  let afterId = 0;
  for (;;) {
    const page = await ledger.listRecords({ fromUtc, toUtc, types: toldRecords, afterId, limit: PAGE });
    for (const record of page) {
      const { promotionKey } = record;
      const source = sources.get(promotionKey) ?? (await ledger.getPromotion(promotionKey))?.site ?? '';
      sources.set(promotionKey, source);
      lines.push(...linesOfRecord(record, source));
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) return lines;
    afterId = last.id;
  }
}

async function mailLines(source: DaySource, updatedFromUtc: string, updatedToUtc: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for (const state of ['sent', 'failed'] as const) {
    const mails = await source.ledger.listMails({
      state,
      updatedFromUtc,
      updatedToUtc,
      limit: Number.MAX_SAFE_INTEGER,
    });
    for (const mail of mails)
      if (toldMails[mail.kind]) lines.push(...linesOfMail(mail, await appOf(source.ledger, mail)));
  }
  return lines;
}

/** A mail belongs to its promotion, or, before there is a decision, to `site.appId`. */
async function appOf(ledger: ReadLedger, { promotionKey = '' }: Mail): Promise<MailedApp | undefined> {
  const promotion = await ledger.getPromotion<StoredDecision>(promotionKey);
  if (promotion) return promotion.decision.app;
  const [, site = '', appId = ''] = /^(.*)\.([^.]+)$/.exec(promotionKey) ?? [];
  const waiting = await ledger.getAwaiting(site, appId);
  if (waiting) return { name: waiting.appName, owner: waiting.owner, streamName: waiting.stream };
  const [latest] = await ledger.listPromotions<StoredDecision>({ site, appId, limit: 1 });
  return latest?.decision.app;
}
