import type { QrsApp, QrsUser } from './types.ts';

/** An app whose lists are lists: a site may leave an empty one out, or send null for it. */
export function withLists(app: QrsApp): QrsApp {
  return { ...app, tags: app.tags ?? [], customProperties: app.customProperties ?? [] };
}

/** The same for a user. */
export function withAttributes(user: QrsUser): QrsUser {
  return { ...user, attributes: user.attributes ?? [] };
}
