import { broken, type Finding, look, ok, siteSubject } from '../../common/finding.ts';
import type { SiteConfig } from '../../config/types.ts';
import { and, eq } from '../qrs/client/filter.ts';
import { findingOfError } from './finding-of-error.ts';
import type { SiteEyes } from './site-eyes.ts';

/** Whether the site knows the account that Waybill acts as, and lets it in. Reads only. */
export async function lookAtUser(eyes: SiteEyes, { alias, user }: SiteConfig): Promise<Finding> {
  const about = ['site.user', siteSubject(alias)] as const;
  const name = `${user.directory}\\${user.id}`;
  try {
    const isThem = and(eq('userDirectory', user.directory), eq('userId', user.id));
    const [found] = await eyes.qrs(alias).users(isThem, { signal: eyes.signal });
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
    return findingOfError(eyes, about, error);
  }
}
