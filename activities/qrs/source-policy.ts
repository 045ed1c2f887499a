import type { ApprovalConfig, Config, SourceConfig } from '../../config/types.ts';
import { fold, type AppFacts } from '../../rules/app-facts.ts';
import type { AskPolicy } from '../../rules/ask.ts';
import { cleanUpFor } from '../../rules/clean-up.ts';
import { type PropertyRequest, readPropertyRequest } from '../../rules/property-request.ts';
import { waybillError } from '../../common/errors/catalogue.ts';

/** The source's settings. */
export function sourceOf(config: Config, site: string): SourceConfig {
  const source = config.sources[site];
  if (!source) throw waybillError('WAYBILL_PROMOTION_NO_SOURCE', { site });
  return source;
}

/** Who may approve apps of a stream: its own policy, else the source's. */
export function approvalOf(source: SourceConfig, streamName: string | undefined): ApprovalConfig {
  const [, own] = Object.entries(source.streams).find(([name]) => fold(name) === fold(streamName ?? '')) ?? [];
  return own?.approval ?? source.approval;
}

export function askPolicyOf(config: Config, site: string, streamName: string | undefined): AskPolicy {
  const source = sourceOf(config, site);
  const approval = approvalOf(source, streamName);
  return {
    approval: { approvers: approval.approvers, ownerMayApprove: approval.ownerMayApprove },
    serviceAccounts: serviceAccountsOf(config),
    reload: { enabled: source.promoteOnReload.enabled, tag: source.promoteOnReload.tag },
    whenChanged: source.whenChanged,
    dataCounts: source.dataCountsAsContent,
  };
}

/** The accounts that Waybill itself acts as, `DIR\\user`. */
export function serviceAccountsOf({ sites }: Pick<Config, 'sites'>): string[] {
  return Object.values(sites).map(({ user }) => `${user.directory}\\${user.id}`);
}

/** What the app's properties ask for, by this source's names and words. */
export function requestOf(config: Config, site: string, app: AppFacts): PropertyRequest {
  const source = sourceOf(config, site);
  return readPropertyRequest(app, source.properties, source.words, source.targets);
}

/** Whether and how a version is kept. */
export function versionWish(config: Config, asked: boolean): 'off' | 'wanted' | 'required' {
  const { mode, required } = config.versioning;
  if (mode === 'off' || (mode === 'byProperty' && !asked)) return 'off';
  return required ? 'required' : 'wanted';
}

export function cleanUpOf(
  config: Config,
  site: string,
  verdict: 'approve' | 'deny' | 'reload',
  request: PropertyRequest,
) {
  return cleanUpFor(verdict, sourceOf(config, site).afterPromotion.unpublish, request.unpublish);
}
