import type { ApprovalConfig, Config } from '../config/types.ts';
import type { ConsolePerson } from '../ledger/console-people.ts';
import { plain, sameName } from './plain.ts';

interface AppInStream {
  readonly site: string;
  readonly owner: string;
  readonly stream?: string | null | undefined;
}

/** Who may decide about an app, in words and names. */
export interface WhoDecides {
  /** What the settings say of the stream. */
  readonly policy: string;
  /** People who may do so on the console, by the names they are called. */
  readonly people: readonly string[];
}

/** Who may decide about an app: by the policy of its stream, and on the console. */
export function whoDecides(config: Config, app: AppInStream, people: readonly ConsolePerson[]): WhoDecides {
  const able = people.filter(
    (person) => person.disabledAtUtc === undefined && approves(person, app) && !whyNotByPolicy(config, app, person),
  );
  return { policy: policyText(approvalOf(config, app)), people: able.map(({ displayName }) => displayName) };
}

/**
 * Why the settings let an account not decide about an app; `undefined` where they do, or where that depends on groups which
 * only the site knows. A denial by the owner always counts. The worker has the last word.
 */
export function whyNotByPolicy(
  config: Config,
  app: AppInStream,
  { account, groups }: Pick<ConsolePerson, 'account' | 'groups'>,
): string | undefined {
  const { approvers, ownerMayApprove } = approvalOf(config, app);
  if (!ownerMayApprove && sameName(account, app.owner)) return 'You own the app, and its owner may not approve it.';
  if (approvers === 'anyone' || approvers.groups.length > 0) return undefined;
  if (approvers.users.some((user) => sameName(user, account))) return undefined;
  if (groups.some((group) => approvers.groups.some((named) => sameName(named, group)))) return undefined;
  return `${plain(account)} is not among the approvers of ${plain(app.stream ?? app.site)}.`;
}

function approves({ roles }: ConsolePerson, { stream }: AppInStream): boolean {
  if (roles.approves === 'every') return true;
  return roles.approves.some((own) => stream !== undefined && stream !== null && sameName(own, stream));
}

function approvalOf(
  config: Config,
  { site, stream }: AppInStream,
): Pick<ApprovalConfig, 'approvers' | 'ownerMayApprove'> {
  const source = config.sources[site];
  if (!source) return { approvers: 'anyone', ownerMayApprove: true };
  const [, own] = Object.entries(source.streams).find(([name]) => sameName(name, stream ?? '')) ?? [];
  return own?.approval ?? source.approval;
}

function policyText({ approvers, ownerMayApprove }: Pick<ApprovalConfig, 'approvers' | 'ownerMayApprove'>): string {
  const owner = ownerMayApprove ? '' : '; not the owner of the app';
  if (approvers === 'anyone') return `whoever may set the properties in the QMC${owner}`;
  const groups = approvers.groups.map((group) => `members of ${plain(group)}`);
  return `${[...approvers.users.map(plain), ...groups].join(', ') || 'nobody'}${owner}`;
}
