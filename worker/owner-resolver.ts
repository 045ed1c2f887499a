import { LRUCache } from 'lru-cache';
import type { ResolveOwner } from '../activities/mail/look-up-recipients.ts';
import { and, eq } from '../activities/qrs/client/filter.ts';
import type { QrsClient } from '../activities/qrs/client/qrs-client.ts';
import type { QrsUserAttribute } from '../activities/qrs/client/types.ts';
import { splitAccount } from '../activities/qrs/source/groups.ts';

/** One promotion mails its owner several times within moments; a changed address counts a minute later. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_OWNERS = 1000;

interface Question {
  readonly site: string;
  readonly owner: string;
}

/** Asks a site for a user's attributes, and remembers the answer for a minute. */
export function ownerResolver(clientOf: (site: string) => QrsClient): ResolveOwner {
  const known = new LRUCache<string, readonly QrsUserAttribute[]>({ max: REMEMBERED_OWNERS, ttl: REMEMBERED_MS });
  return async ({ site, owner }: Question) => {
    const key = JSON.stringify([site, owner.toLowerCase()]);
    const remembered = known.get(key);
    if (remembered) return remembered;
    const [directory, userId] = splitAccount(owner);
    const [user] = await clientOf(site).users(and(eq('userDirectory', directory), eq('userId', userId)));
    if (user) known.set(key, user.attributes);
    return user?.attributes;
  };
}
