import { type QrsCall, timing } from './call.ts';
import { eq, guid } from './filter.ts';
import type { QrsHttp } from './qrs-http.ts';
import type { CallOptions } from './settings.ts';

/** How many people one audit tells of: a list that nobody reads to its end takes the repository long to make. */
export const mostAudited = 1000;

/** "Update" among the actions of a security rule. */
const UPDATE = 4;

/** A user as an audit names him. */
export interface AuditedPerson {
  /** `DIR\user`. */
  readonly account: string;
  readonly name: string;
}

/** What the site's security rules come to. */
export interface AuditCalls {
  /**
   * Who may change this app in the QMC, and with it any of its custom properties: at most 1,000 people, by account. Reads only
   * and is safe to repeat; timeout `timeouts.read`. Source: Qlik's help, "Security rule audit: Get audit rules matrix".
   * @throws WAYBILL_QRS_FORBIDDEN when the account may not audit, and as AppReads
   */
  whoMayUpdate(appId: string, options?: CallOptions): Promise<readonly AuditedPerson[]>;
}

interface AuditMatrix {
  readonly matrix?: readonly { readonly subjectId: string; readonly audit?: { readonly access?: number } }[];
  readonly subjects?: Readonly<Record<string, { readonly subjectProperties?: Readonly<Record<string, string>> }>>;
}

/** The calls over a sender. */
export function createAuditCalls(http: QrsHttp): AuditCalls {
  return {
    async whoMayUpdate(appId, options) {
      const id = guid(appId);
      const call: QrsCall = {
        method: 'POST',
        path: '/qrs/systemrule/security/audit/matrix',
        doing: `ask who may change the app ${id.guid}`,
        json: {
          resourceType: 'App',
          resourceRef: { resourceFilter: eq('id', id).text },
          subjectRef: { resourceFilter: '' },
          actions: UPDATE,
          environmentAttributes: 'context=ManagementAccess;',
          resourceProperties: ['name'],
          subjectProperties: ['name', 'userId', 'userDirectory'],
          auditLimit: mostAudited,
          outputObjectsPrivileges: UPDATE,
        },
        ...timing(http.timeouts, 'read', options),
      };
      return peopleOf(await http.json<AuditMatrix>(call));
    },
  };
}

function peopleOf({ matrix = [], subjects = {} }: AuditMatrix): AuditedPerson[] {
  const allowed = new Set(
    matrix.filter(({ audit }) => ((audit?.access ?? 0) & UPDATE) !== 0).map(({ subjectId }) => subjectId),
  );
  return Object.entries(subjects)
    .filter(([id]) => allowed.has(id))
    .map(([, { subjectProperties = {} }]) => {
      // The site writes the names of the properties as it likes.
      const byName = new Map(Object.entries(subjectProperties).map(([key, value]) => [key.toLowerCase(), value]));
      const account = `${byName.get('userdirectory') ?? ''}\\${byName.get('userid') ?? ''}`;
      return { account, name: byName.get('name') || account };
    })
    .toSorted((a, b) => (a.account < b.account ? -1 : 1));
}
