import { catalogue, isErrorCode, waybillError } from '../../common/errors/catalogue.ts';
import { factsOfPause } from '../../ledger/pauses.ts';
import { fillTemplate } from '../../common/errors/waybill-error.ts';
import type { Trouble } from '../../workflows/contract.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { paceOf, type Pace } from '../pace.ts';
import type { OutgoingMail, TroubleReport } from '../promotion-types.ts';
import { unsentMails } from './unsent-mails.ts';

/** One mail a site and cause within this time, however many promotions wait for it. */
const MAIL_WINDOW_MS = 24 * 60 * 60 * 1000;

/**
 * Shows that a step waits for the outside or an operator, or that it no longer does; gives the one mail for the site.
 * Touches only the ledger.
 */
export async function reportTrouble(
  deps: ActivityDependencies,
  report: TroubleReport,
): Promise<{ mails: readonly OutgoingMail[]; pace: Pace }> {
  const pace = paceOf(deps.config());
  const trouble = report.trouble && (await explain(deps, report, report.trouble));
  await show(deps, report, trouble);
  // Whoever paused a site knows why nothing goes on there.
  if (!trouble || trouble.code === 'WAYBILL_SITE_PAUSED') return { mails: [], pace };
  const { site, app, promotionKey } = report;
  deps.logger.error(
    { site, app: app.name, promotion: promotionKey, code: trouble.code, step: trouble.step },
    trouble.message,
  );
  if (!(await deps.ledger.claimTroubleMail(site, trouble.code, MAIL_WINDOW_MS))) return { mails: [], pace };
  return { mails: await unsentMails(deps, [troubleMail(report, trouble)]), pace };
}

/** A step that goes on being tried tells its cause by its last attempt. */
async function explain(deps: ActivityDependencies, report: TroubleReport, trouble: Trouble): Promise<Trouble> {
  if (trouble.code !== 'WAYBILL_PROMOTION_STEP_SLOW') return trouble;
  const pause = await deps.ledger.pauseOf(report.site);
  if (pause) {
    const { code, message, facts } = waybillError('WAYBILL_SITE_PAUSED', factsOfPause(report.site, pause));
    return { ...trouble, code, message, facts };
  }
  const attempts = await deps.ledger.attemptsOf({ workflowIdPrefix: report.workflowId });
  const last = attempts.findLast((attempt) => attempt.errorCode !== undefined);
  if (!last?.errorCode) return trouble;
  const facts = last.facts as Trouble['facts'];
  return { ...trouble, code: last.errorCode, message: last.errorMessage ?? trouble.message, ...(facts && { facts }) };
}

async function show(deps: ActivityDependencies, report: TroubleReport, trouble: Trouble | undefined): Promise<void> {
  const { promotionKey, target, appKey, site } = report;
  if (promotionKey === '') return;
  const waitingSinceUtc = trouble?.sinceUtc ?? null;
  if (target) {
    const state = trouble ? 'needs-operator' : 'publishing';
    await deps.ledger.upsertDelivery({ promotionKey, target, state, trouble: trouble ?? null, waitingSinceUtc });
  } else {
    await deps.ledger.updatePromotion(promotionKey, {
      state: trouble ? 'needs-operator' : 'delivering',
      waitingSinceUtc,
    });
  }
  const type = trouble ? 'trouble' : 'trouble-over';
  const seq = `${type}/${target ?? 'source'}/${trouble ? `${trouble.step}/${trouble.sinceUtc}` : deps.nowUtc()}`;
  await deps.ledger.record({
    promotionKey,
    seq,
    type,
    atUtc: deps.nowUtc(),
    site,
    appId: appKey.appId,
    facts: trouble ?? {},
  });
}

/** What to do, with the names of host, setting and the like; the last attempt of a slow step tells no more than its site. */
function remedyOf({ site, promotionKey }: TroubleReport, { code, facts }: Trouble): string {
  if (!isErrorCode(code)) return 'Look at the log of the worker.';
  return fillTemplate(catalogue[code].remedy, { host: site, promotionKey, site, ...facts });
}

function troubleMail(report: TroubleReport, trouble: Trouble): OutgoingMail {
  const { site, promotionKey, app, target } = report;
  const remedy = remedyOf(report, trouble);
  const order = (action: string): string => `waybill ${action} ${promotionKey}${target ? ` --target ${target}` : ''}`;
  return {
    promotionKey: promotionKey || site,
    key: `trouble.${site}.${trouble.code}.${Date.parse(trouble.sinceUtc)}`,
    mail: {
      kind: 'trouble',
      occurredAtUtc: trouble.sinceUtc,
      site,
      code: trouble.code,
      // The words of a failure end with the remedy, which the mail shows by itself.
      cause: trouble.message.endsWith(remedy) ? trouble.message.slice(0, -remedy.length).trim() : trouble.message,
      remedy,
      sinceUtc: trouble.sinceUtc,
      waiting: promotionKey ? [{ promotionKey, appName: app.name, site: report.appKey.site }] : [],
      commands: promotionKey ? [order('retry'), order('skip'), order('abort')] : [],
    },
    recipients: { to: 'operators' },
  };
}
