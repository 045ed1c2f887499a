import { broken, type Finding, look, ok, siteSubject } from '../../common/finding.ts';
import type { SiteConfig } from '../../config/types.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { and, eq } from '../qrs/client/filter.ts';
import { findingOfError } from './finding-of-error.ts';

/** Whether the site knows the account that Waybill acts as, and lets it in. Reads only. */
export async function lookAtUser(deps: ActivityDependencies, { alias, user }: SiteConfig): Promise<Finding> {
  const about = ['site.user', siteSubject(alias)] as const;
  const name = `${user.directory}\\${user.id}`;
  try {
    const { signal } = attemptContext();
    const isThem = and(eq('userDirectory', user.directory), eq('userId', user.id));
    const [found] = await deps.qrs(alias).users(isThem, { signal });
    if (!found) {
      const remedy = `Ask the administrator of site "${alias}" whether this user exists and may see users; otherwise correct sites.${alias}.user.`;
      return look(about, `It shows no user ${name}.`, remedy);
    }
    if (found.inactive || found.blacklisted || found.removedExternally) {
      const what = `The user ${name} is inactive, blocked or removed from its directory.`;
      return broken(about, what, `Ask the administrator of site "${alias}" to activate this user in the QMC.`);
    }
    const roles = found.roles.length > 0 ? `with the roles ${found.roles.join(', ')}` : 'with no role';
    return ok(about, `It lets ${name} in, ${roles}.`);
  } catch (error) {
    return findingOfError(deps, about, error);
  }
}
