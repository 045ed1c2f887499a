/** Options of every call. */
export interface CallOptions {
  /** Aborting it ends the call at once with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** One read of the REST API of a tenant. */
export interface CloudCall extends CallOptions {
  /** Encoded, beginning with `/`; it may have a query. */
  readonly path: string;
  /** Values as they are; they are encoded when the call is sent. `undefined` is left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** What the call is for, in words that follow "to": `read the app 1234`. */
  readonly doing: string;
  /** It asks for what has just come to be, which Qlik Cloud may not show yet. */
  readonly isOfSomethingNew?: boolean;
  /** It shows credentials and asks for a token: whatever else is wrong with it would be wrong every time. */
  readonly isLogin?: boolean;
}

/** Where a call went, for error texts. */
export interface CallPlace {
  /** Alias of the tenant. */
  readonly tenant: string;
  readonly host: string;
}

/** Path and query of a call. */
export function addressOf({ path, query = {} }: Pick<CloudCall, 'path' | 'query'>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (given.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(given).toString()}`;
}

/** The name of a setting of a tenant. */
export function tenantSetting(tenant: string, name: string): string {
  return `alerts.tenants.${tenant}.${name}`;
}
