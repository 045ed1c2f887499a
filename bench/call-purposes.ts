import type { SiteRequest } from './qmc.ts';

/** A call of a promotion, as a site saw it. */
export interface PromotionCall extends SiteRequest {
  readonly site: string;
  readonly purpose: string;
}

/** The apps of one promotion, by what they are in it. */
export interface AppRoles {
  readonly source: string;
  readonly target: string;
  readonly staging: string;
  readonly copy: string;
}

const guidPattern = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/**
 * What a call is for, in words; undefined for one that belongs to the watching of the site (renewed subscriptions,
 * sweeps), which goes on whether anything is promoted or not.
 */
export function purposeOf({ method, path }: SiteRequest, roles: AppRoles): string | undefined {
  const address = decodeURIComponent(path).replace(/([?&])xrfkey=\w+&?/, '$1');
  const [place = '', query = ''] = address.split('?', 2);
  if (/\/notification/.test(place) || /publishTime gt/.test(query)) return undefined;
  const app = roleOf(address, roles);
  const action = `${method} ${place.toLowerCase().replaceAll(new RegExp(guidPattern, 'g'), '{id}')}`;
  switch (action) {
    case 'GET /qrs/app/{id}':
      return `read ${app}`;
    case 'GET /qrs/app/full':
      return /name eq/.test(query) ? 'find apps by name' : `read ${app} in a list`;
    case 'GET /qrs/app/object/full':
      return `read the objects of ${app}`;
    case 'GET /qrs/stream/full':
      return /name eq/.test(query) ? 'find the streams' : "read the stream's alert property";
    case 'GET /qrs/user/full':
      return 'find the owner';
    case 'GET /qrs/about':
      return 'find the node that takes uploads';
    case 'POST /qrs/app/{id}/export/{id}':
      return `export ${app}`;
    case 'DELETE /qrs/app/{id}/export/{id}':
      return `end the export of ${app}`;
    case 'POST /qrs/app/upload':
      return 'upload the staging app';
    case 'POST /qrs/app/{id}/copy':
      return `copy ${app}`;
    case 'PUT /qrs/app/{id}/replace':
      return 'replace the target by the staging app';
    case 'PUT /qrs/app/{id}/publish':
      return `publish ${app}`;
    case 'PUT /qrs/app/{id}':
      return `write ${app}`;
    case 'DELETE /qrs/app/{id}':
      return `delete ${app}`;
    default:
      return place.startsWith('/tempcontent/') ? 'download an export' : `${action} ${query}`.trim();
  }
}

function roleOf(address: string, roles: AppRoles): string {
  const [id] = guidPattern.exec(address) ?? [];
  const words = {
    source: 'the source app',
    target: 'the target app',
    staging: 'the staging app',
    copy: "the owner's copy",
  };
  const [role] = Object.entries(roles).find(([, appId]) => appId === id) ?? [];
  return role ? words[role as keyof AppRoles] : 'an app';
}

/** How many calls there were of each purpose, in the order of their first. */
export function countByPurpose(calls: readonly { site: string; purpose: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { site, purpose } of calls) {
    const key = `${site}: ${purpose}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
