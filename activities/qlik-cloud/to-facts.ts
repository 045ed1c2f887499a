import type { CloudAppFacts, CloudItemFacts, CloudUserFacts, ReloadFacts } from '../../rules/alerts/failed-reload.ts';
import { utcTime } from '../../rules/alerts/event-fields.ts';
import type { CloudApp, CloudItem, CloudReload, CloudUser } from './answers.ts';

/** What is kept of a reload. Pure, as are the others here. */
export function reloadFacts(reload: CloudReload): ReloadFacts {
  const { type, status, errorCode, errorMessage, userId } = reload;
  return {
    type,
    status,
    errorCode,
    errorMessage,
    userId,
    createdAtUtc: timeOf(reload.creationTime),
    startedAtUtc: timeOf(reload.startTime),
    endedAtUtc: timeOf(reload.endTime),
  };
}

/** `published` is not looked at: in the cloud it means that the app came from a site (Qlik Cloud facts, section 2). */
export function appFacts(app: CloudApp): CloudAppFacts {
  const { name, description, ownerId, hasSectionAccess, thumbnail } = app;
  return {
    name,
    description,
    ownerId,
    hasSectionAccess,
    thumbnail,
    publishedAtUtc: timeOf(app.publishTime),
    lastReloadedAtUtc: timeOf(app.lastReloadTime),
  };
}

export function itemFacts({ meta, spaceId, resourceSize }: CloudItem): CloudItemFacts {
  return {
    tags: meta?.tags?.map(({ name }) => name) ?? [],
    spaceId,
    appFileBytes: resourceSize?.appFile,
  };
}

export function userFacts({ id, name, email, picture }: CloudUser): CloudUserFacts {
  return { id, name, email, picture };
}

function timeOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : utcTime(text);
}
