/** How a reload ended that somebody is to hear of. */
export type FailureStatus = 'FAILED' | 'EXCEEDED_LIMIT' | 'CANCELED';

/** What Qlik Cloud is asked for about a failed reload; each may be refused on its own. */
export type ReloadPart = 'reload' | 'app' | 'item' | 'owner' | 'user' | 'log';

/**
 * All that is known of one failed reload: what messages are made of, as the ledger keeps it. What could not be had is
 * undefined, and `missing` says why. Times are UTC, in ISO 8601.
 */
export interface FailedReload {
  readonly tenantId: string;
  readonly reloadId: string;
  readonly appId: string;
  readonly status: FailureStatus;
  /** Undefined where no event told of it, and it was found by asking. */
  readonly event?: ReloadEventFacts;
  readonly reload?: ReloadFacts;
  readonly app?: CloudAppFacts;
  readonly item?: CloudItemFacts;
  readonly owner?: CloudUserFacts;
  /** Who started the reload, where that is another than the owner or known at all. */
  readonly user?: CloudUserFacts;
  readonly log?: ScriptLogFacts;
  readonly missing: readonly { readonly part: ReloadPart; readonly why: string }[];
}

/** What the event said (Qlik Cloud facts, section 1); all of it is optional there. */
export interface ReloadEventFacts {
  readonly eventId: string;
  readonly type: string;
  readonly source?: string;
  /** Only events of the legacy and hybrid shape have one. */
  readonly typeVersion?: string;
  readonly atUtc?: string;
  readonly userId?: string;
  readonly ownerId?: string;
  readonly spaceId?: string;
  readonly appName?: string;
  readonly reloadType?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[];
  readonly startedAtUtc?: string;
  readonly endedAtUtc?: string;
  readonly durationMs?: number;
  readonly usage?: string;
  readonly sizeMemoryBytes?: number;
  readonly peakMemoryBytes?: number;
  readonly rowLimit?: number;
  readonly statements?: readonly unknown[];
  readonly isSkipStore?: boolean;
  readonly isSessionApp?: boolean;
  readonly isPartialReload?: boolean;
  readonly isDirectQueryMode?: boolean;
  readonly endedWithMemoryConstraint?: boolean;
}

/** `GET /api/v1/reloads/{id}`. */
export interface ReloadFacts {
  /** What started it: `hub`, `chronos`, `external`, ... */
  readonly type?: string;
  readonly status?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly createdAtUtc?: string;
  readonly startedAtUtc?: string;
  readonly endedAtUtc?: string;
  readonly userId?: string;
  /** The short log that this answer itself has; optional there, and not the script log. */
  readonly log?: string;
}

/** `GET /api/v1/apps/{id}`. */
export interface CloudAppFacts {
  readonly name: string;
  readonly description?: string;
  readonly ownerId?: string;
  /** Empty or undefined: not published in the cloud (`published` there means something else). */
  readonly publishedAtUtc?: string;
  readonly hasSectionAccess?: boolean;
  readonly thumbnail?: string;
  readonly lastReloadedAtUtc?: string;
}

/** `GET /api/v1/items`: the only place that knows tags. */
export interface CloudItemFacts {
  readonly tags: readonly string[];
  readonly spaceId?: string;
  readonly appFileBytes?: number;
}

/** `GET /api/v1/users/{id}`. */
export interface CloudUserFacts {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  readonly picture?: string;
}

/** The script log, cut to what messages show. */
export interface ScriptLogFacts {
  readonly head: readonly string[];
  readonly tail: readonly string[];
  readonly lines: number;
  readonly characters: number;
  /** Where the whole log is kept on disk; undefined where it is not. */
  readonly file?: string;
}
