import { hostname } from 'node:os';
import { broken, type Finding, look, ok, skipped } from '../../../common/finding.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import type { RunningProcess } from '../../../ledger/processes.ts';
import { serviceName, type ServiceProcess } from '../../service/service-facts.ts';
import { type LedgerlessCli, openLedgerOf } from '../cli-context.ts';

const CHECK = 'process.settings';
/** Processes tell of themselves every minute; one that did not for this long has ended. */
const ALIVE_MS = 150_000;

/** Whether the processes that tell the ledger of themselves run with the settings that this command has read. */
export async function lookAtProcesses(cli: LedgerlessCli): Promise<Finding[]> {
  const running = await processesIn(cli);
  if (!Array.isArray(running)) return [running];
  const none = skipped(
    [CHECK, 'processes'],
    'No process has told the ledger that it runs.',
    'Start `waybill up`, or `waybill worker`, with this configuration.',
  );
  return running.length > 0 ? running.map((process) => findingOf(cli, process)) : [none];
}

async function processesIn({ config }: LedgerlessCli): Promise<RunningProcess[] | Finding> {
  try {
    const ledger = await openLedgerOf(config);
    try {
      return await ledger.runningProcesses(ALIVE_MS);
    } finally {
      await ledger.close();
    }
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    const remedy = 'See what is said of the ledger, and run doctor again once it can be opened.';
    return skipped([CHECK, 'processes'], 'The ledger, which knows what runs, cannot be opened.', remedy);
  }
}

function findingOf(cli: LedgerlessCli, process: RunningProcess): Finding {
  const { name, host, configFile, configFingerprint, waiting, problems } = process;
  const about = [CHECK, `waybill ${name} on ${host}`] as const;
  const since = cli.clock.moment(process.configSinceUtc);
  if (problems.length > 0) {
    return broken(
      about,
      `It does not take over what stands in ${configFile} now, and runs with what stood there before. ${problems.join(' ')}`,
      `Correct ${configFile} on ${host}; \`waybill config check\` says what is wrong. It is looked at again by itself.`,
    );
  }
  if (waiting.length > 0) {
    return look(about, `It runs with older values of some settings: ${waiting.join('; ')}.`, restart(process));
  }
  if (configFingerprint !== cli.source.fingerprint) return older(cli, process, about, since);
  return ok(about, `It runs with these settings since ${since}.`);
}

function older(
  { source }: LedgerlessCli,
  process: RunningProcess,
  about: readonly [typeof CHECK, string],
  since: string,
): Finding {
  const { host, configFile, isWatching } = process;
  if (host !== hostname() || configFile !== source.file) {
    return look(
      about,
      `It runs with ${configFile} of ${host}, which does not say the same as ${source.file}, read here.`,
      `Bring both to the same content, or name the right file with --config.`,
    );
  }
  const what = `It runs with older settings, since ${since}.`;
  if (!isWatching) return look(about, what, restart(process));
  return look(about, what, 'It looks at the file by itself: run doctor again in a moment. What its log says is next.');
}

function restart({ name, host }: RunningProcess): string {
  const service = serviceName(name as ServiceProcess);
  return `Restart \`waybill ${name}\` on ${host}; as a service: Restart-Service ${service}, or systemctl restart ${service.toLowerCase()}. Steps under way are finished first.`;
}
