import { repositoryActor, type UserName } from './actors.ts';
import { kinds } from './kinds.ts';
import { createUser } from './people.ts';
import { blankRecord, type SiteState, store } from './site-state.ts';

/** Puts in what every site has from the start: accounts, the cluster and its nodes, security rules. */
export function furnishSite(site: SiteState, apiUser: UserName): void {
  createUser(site, repositoryActor, { directory: 'INTERNAL', id: 'sa_repository', roles: ['RootAdmin'] });
  createUser(site, repositoryActor, { ...apiUser, name: apiUser.id, roles: ['RootAdmin'] });
  const cluster = blankRecord(site, kinds.ServiceCluster, repositoryActor.name);
  Object.assign(cluster.values, {
    name: 'Cluster',
    settings: {
      persistenceMode: 1,
      databaseCredentials: null,
      sharedPersistenceProperties: { rootFolder: `\\\\${site.hostName}\\QlikShare`, failoverTimeout: 10 },
      encryption: { enableEncryptQvf: false, enableEncryptQvd: false, encryptionKeyThumbprint: '' },
    },
  });
  store(site, cluster);
  for (let at = 0; at < site.switches.nodeCount; at += 1) addNode(site, cluster.id, at);
  for (const rule of builtInRules) addRule(site, rule);
}

const everybody = '!user.IsAnonymous()';

/**
 * Of the many rules that an installation brings, the two that the old program's documentation has people disable. It has
 * their names and what they are about; the rest of them here is no more than likely.
 */
const builtInRules = [
  { name: 'OwnerUpdateApp', resourceFilter: 'App_*', actions: 4, rule: 'resource.IsOwned() and resource.owner = user' },
  { name: 'ReadCustomProperties', resourceFilter: 'CustomProperty*', actions: 2, rule: everybody },
] as const;

function addRule(site: SiteState, values: (typeof builtInRules)[number]): void {
  const rule = blankRecord(site, kinds.SystemRule, repositoryActor.name);
  Object.assign(rule.values, { ...values, type: 'Default', seedId: rule.id });
  store(site, rule);
}

function addNode(site: SiteState, clusterId: string, at: number): void {
  const blank = blankRecord(site, kinds.ServerNodeConfiguration, repositoryActor.name);
  const node = at === 0 ? { ...blank, id: site.nodeId } : blank;
  const isCentral = at === 0 && site.switches.thisNode === 'central';
  Object.assign(node.values, {
    name: at === 0 ? 'Central' : `Rim ${at}`,
    hostName: at === 0 ? site.hostName : `rim${at}.${site.hostName}`,
    isCentral,
    roles: isCentral
      ? [0, 1, 2, 3, 4, 5].map((definition) => ({ id: site.random.guid(), definition, privileges: null }))
      : [],
  });
  node.refs['serviceCluster'] = clusterId;
  store(site, node);
}
