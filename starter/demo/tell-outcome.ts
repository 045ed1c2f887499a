import Table from 'cli-table3';
import pc from 'picocolors';
import type { Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Promotion } from '../../ledger/promotions.ts';
import type { QrsSite } from '../../sandbox/qrs/site.ts';
import { REP, type Sandbox } from '../../sandbox/start-sandbox.ts';
import { workflowIds } from '../../workflows/contract.ts';

export interface OutcomeOptions {
  readonly sandbox: Sandbox;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly promotion: Promotion;
  /** The app of that name that stood at test before. */
  readonly standing: string;
  readonly say: (line: string) => void;
}

/** What stands where, the mails, the version, the link; sets the exit code when a target was not verified. */
export async function tellOutcome(options: OutcomeOptions): Promise<void> {
  const { sandbox, config, ledger, promotion, say } = options;
  const deliveries = await ledger.listDeliveries({ promotionKey: promotion.promotionKey });
  const verified = deliveries.length > 0 && deliveries.every((delivery) => delivery.state === 'verified');
  const headline = verified ? pc.green('Every target is verified.') : pc.red('Not every target is verified.');
  say(`\n${headline} The promotion ended ${promotion.state}: Finance does not exist at prod, and the mail says so.\n`);
  say('What stands where:');
  say(standingTable(options));
  await sandbox.inbox.waitFor((mail) => mail.subject.includes('results'), 30_000).catch(() => undefined);
  say('\nMails:');
  for (const mail of sandbox.inbox.messages()) say(`  to ${mail.to.join(', ')}: ${mail.subject}`);
  say(`  read them at ${sandbox.inbox.webUrl}`);
  const version = promotion.version as { versionId: string; key: string } | undefined;
  if (version) say(`\nS3 version: ${version.key}, version ${version.versionId}`);
  const { ip, uiPort } = config.temporal.devServer;
  const workflow = encodeURIComponent(workflowIds.promotion(promotion.site, promotion.appId));
  say(
    `\nThe workflow in the Temporal UI:\n  http://${ip}:${uiPort}/namespaces/${config.temporal.namespace}/workflows/${workflow}`,
  );
  if (!verified) process.exitCode = 1;
}

function standingTable({ sandbox, standing }: OutcomeOptions): string {
  const table = new Table({ head: ['site', 'app', 'stream', 'owner', 'app id'], style: { head: [], border: [] } });
  for (const [alias, site] of sandbox.sites) {
    for (const row of rowsOf(site))
      table.push([alias, ...row.cells, row.id === standing ? `${row.id} (kept)` : row.id]);
  }
  return table.toString();
}

function rowsOf(site: QrsSite): { id: string; cells: string[] }[] {
  return site.apps().map((app) => {
    const owner = app['owner'] as { userDirectory: string; userId: string };
    const account = `${owner.userDirectory}\\${owner.userId}`;
    const stream = (app['stream'] as { name: string } | null)?.name;
    return {
      id: app.id,
      cells: [app.name, stream ?? 'not published', account === REP ? `${account} (the rep)` : account],
    };
  });
}
