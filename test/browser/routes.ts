import { appHistoryHref } from '../../console/html/links.ts';
import type { Person } from '../console/console-world.ts';

/** A page of the console as it is looked at: by whom, where, and the name of its picture. */
export interface LookedAt {
  readonly name: string;
  readonly path: string;
  readonly person: Person | undefined;
}

/** Every page, over the ledger of `fillLedger`. `waiting`: an app that waits there. */
export function pagesToLookAt({ waiting }: { readonly waiting: string }): LookedAt[] {
  const by = (person: Person | undefined, all: Readonly<Record<string, string>>): LookedAt[] =>
    Object.entries(all).map(([name, path]) => ({ name, path, person }));
  return [
    ...by(undefined, { 'sign-in': '/sign-in' }),
    ...by('anna', { inbox: '/', decide: `/apps/dev/${waiting}/decide` }),
    ...by('otto', {
      promotions: '/promotions',
      promotion: '/promotions/k3v5q2m7stuckone',
      'promotion-ended': '/promotions/a2b3c4d5promoted',
      'skip-a-target': '/promotions/k3v5q2m7stuckone/orders?action=skip&target=prod',
      apps: '/apps',
      'app-history': appHistoryHref({ site: 'dev', appName: 'Sales Overview' }),
      overview: '/overview',
      sites: '/sites',
      alerts: '/alerts',
      audit: '/audit',
      pause: '/pause',
      account: '/account',
    }),
    ...by('ada', {
      settings: '/settings',
      'settings-site': '/settings/edit?at=sites/test',
      'settings-mail': '/settings/edit?at=mail',
      'settings-add-a-site': '/settings/add?at=sites',
      'settings-versions': '/settings/versions',
    }),
    ...by('ada', { people: '/people', person: '/people/person?name=anna', 'add-person': '/people/add' }),
    ...by('vera', { 'not-found': '/promotions/nothing' }),
  ];
}
