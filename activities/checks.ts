import { examineSite } from './doctor/examine-site.ts';
import { examineWorker } from './doctor/examine-worker.ts';
import { checkMail } from './mail/check-mail.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { CheckActivities, CheckStep } from './watch-types.ts';

/** Connection tests, run where the certificates and secrets are. They change nothing but what `scratch` allows. */
export function createCheckActivities(deps: ActivityDependencies): CheckActivities {
  return {
    checkSite: ({ site }) => checkSite(deps, site),
    checkMail: ({ to }) => checkMailServer(deps, to),
    checkVersions: () => checkVersions(deps),
    listStreams: ({ site }) => listStreams(deps, site),
    examineSite: (input) => examineSite(deps, input),
    examineWorker: (input) => examineWorker(deps, input),
  };
}

async function checkMailServer(deps: ActivityDependencies, to: string | undefined): Promise<CheckStep[]> {
  const { steps } = await checkMail(deps.config(), { to: to ? [to] : [], logger: deps.logger });
  return steps
    .filter((step) => step.result === 'ok' || step.result === 'failed')
    .map(({ step, result, detail, remedy }) => ({
      name: step,
      ok: result === 'ok',
      detail: remedy ? `${detail} ${remedy}` : detail,
    }));
}

async function checkSite(deps: ActivityDependencies, site: string): Promise<CheckStep[]> {
  const client = deps.qrs(site);
  return inTurn([
    ['reach the repository service', async () => `product ${(await client.about()).buildVersion}`],
    ['read the clock', async () => clockDetail(deps, await client.siteTimeUtc())],
    ['read streams', async () => `${(await client.streams()).length} streams`],
    ['read custom properties', async () => `${(await client.customPropertyDefinitions()).length} definitions`],
  ]);
}

async function listStreams(deps: ActivityDependencies, site: string): Promise<string[]> {
  const names = (await deps.qrs(site).streams()).map(({ name }) => name);
  return [...new Set(names)].toSorted((left, right) => left.localeCompare(right));
}

function checkVersions(deps: ActivityDependencies): Promise<CheckStep[]> {
  const check = async (): Promise<string> => {
    const versions = await deps.versions();
    await versions.check();
    return 'it keeps versions';
  };
  return inTurn([['reach the versioned bucket', check]]);
}

function clockDetail(deps: ActivityDependencies, siteTimeUtc: string | undefined): string {
  if (!siteTimeUtc) return 'the site tells no time';
  const seconds = Math.round((Date.parse(siteTimeUtc) - Date.parse(deps.nowUtc())) / 1000);
  return seconds === 0 ? 'no difference' : `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`;
}

/** Runs steps until one fails; what comes after a failure would only repeat it. */
async function inTurn(steps: readonly (readonly [name: string, run: () => Promise<string>])[]): Promise<CheckStep[]> {
  const done: CheckStep[] = [];
  for (const [name, run] of steps) {
    try {
      done.push({ name, ok: true, detail: await run() });
    } catch (error) {
      done.push({ name, ok: false, detail: error instanceof Error ? error.message : String(error) });
      return done;
    }
  }
  return done;
}
