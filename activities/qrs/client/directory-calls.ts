import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { filterQuery, type QrsCall, timing } from './call.ts';
import { withAttributes } from './empty-lists.ts';
import { guid, type QrsFilter } from './filter.ts';
import type { QrsHttp } from './qrs-http.ts';
import type { CallOptions } from './settings.ts';
import type { QrsAbout, QrsCustomPropertyDefinition, QrsStream, QrsTag, QrsUser } from './types.ts';

/** Reads of what stands around the apps, safe to repeat; timeouts and codes as with AppReads. */
export interface DirectoryCalls {
  /** What the site says of itself. Anybody may read it: WAYBILL_QRS_USER when even this is refused. */
  about(options?: CallOptions): Promise<QrsAbout>;
  /** The moment the site's own clock shows, in whole seconds; undefined when its replies have no date. */
  siteTimeUtc(options?: CallOptions): Promise<string | undefined>;
  streams(filter?: QrsFilter, options?: CallOptions): Promise<readonly QrsStream[]>;
  /** The stream, or undefined when the site has none of this id. */
  stream(id: string, options?: CallOptions): Promise<QrsStream | undefined>;
  users(filter?: QrsFilter, options?: CallOptions): Promise<readonly QrsUser[]>;
  /** The user, or undefined when the site has none of this id. */
  user(id: string, options?: CallOptions): Promise<QrsUser | undefined>;
  tags(filter?: QrsFilter, options?: CallOptions): Promise<readonly QrsTag[]>;
  customPropertyDefinitions(filter?: QrsFilter, options?: CallOptions): Promise<readonly QrsCustomPropertyDefinition[]>;
  /** A new tag. Not safe to repeat blindly: look for the name first. Timeout `timeouts.write`. */
  createTag(name: string, options?: CallOptions): Promise<QrsTag>;
}

/** The calls over a sender. */
export function createDirectoryCalls(http: QrsHttp): DirectoryCalls {
  const read = (options: CallOptions | undefined, path: string, doing: string, query?: QrsCall['query']): QrsCall => ({
    method: 'GET',
    path,
    doing,
    query,
    ...timing(http.timeouts, 'read', options),
  });
  const list = async <T>(path: string, doing: string, filter?: QrsFilter, options?: CallOptions) =>
    (await http.json<readonly T[]>(read(options, path, doing, filterQuery(filter)))) ?? [];
  const about = (options?: CallOptions) => read(options, '/qrs/about', 'read what the site says of itself');
  const byId = async <T>(type: 'stream' | 'user', id: string, options?: CallOptions): Promise<T | undefined> => {
    const { guid: entityId } = guid(id);
    try {
      return await http.json<T>(read(options, `/qrs/${type}/${entityId}`, `read the ${type} ${entityId}`));
    } catch (error) {
      if (isWaybillError(error) && (error as { code?: unknown }).code === 'WAYBILL_QRS_NOT_FOUND') return undefined;
      throw error;
    }
  };

  return {
    about: (options) => http.json<QrsAbout>(about(options)),
    siteTimeUtc: async (options) => dateOf((await http.ask(about(options))).headers.date),
    streams: (filter, options) => list<QrsStream>('/qrs/stream/full', 'read streams', filter, options),
    users: async (filter, options) =>
      (await list<QrsUser>('/qrs/user/full', 'read users', filter, options)).map(withAttributes),
    tags: (filter, options) => list<QrsTag>('/qrs/tag/full', 'read tags', filter, options),
    customPropertyDefinitions: (filter, options) =>
      list<QrsCustomPropertyDefinition>(
        '/qrs/custompropertydefinition/full',
        'read custom properties',
        filter,
        options,
      ),

    stream: (id, options) => byId<QrsStream>('stream', id, options),
    user: (id, options) => byId<QrsUser>('user', id, options),

    createTag: (name, options) =>
      http.json<QrsTag>({
        method: 'POST',
        path: '/qrs/tag',
        json: { name },
        doing: `create the tag ${name}`,
        ...timing(http.timeouts, 'write', options),
      }),
  };
}

function dateOf(header: string | string[] | undefined): string | undefined {
  const timeMs = typeof header === 'string' ? Date.parse(header) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : new Date(timeMs).toISOString();
}
