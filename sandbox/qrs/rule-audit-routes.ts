import { asRecord } from './app-content.ts';
import { actorOf, mustBeAllowed } from './actors.ts';
import { type Call, created, readObject, type Route } from './http-call.ts';
import { kinds } from './kinds.ts';
import { query } from './query.ts';
import { type EntityRecord, textOf } from './records.ts';
import { badRequest, QrsRefusal } from './refusal.ts';

/** Read, update, delete: what an owner may do with his own. */
const ofOwner = 2 | 4 | 8;

/**
 * Who may do what with which entities, as the QMC's audit asks it (Qlik's help, "Security rule audit: Get audit rules matrix").
 * This site knows administrators and owners and evaluates no rules. Who may do nothing of what is asked is not in the matrix.
 */
export const ruleAuditRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/systemrule/security/audit/matrix',
    async handle(call) {
      mustBeAllowed(call.site, call.actor);
      const asked = await readObject(call);
      const resources = found(call, String(asked['resourceType']), asked['resourceRef']);
      const subjects = found(call, 'User', asked['subjectRef']).filter(isLetIn);
      const matrix = subjects
        .flatMap((subject) => resources.map((resource) => element(subject, resource, Number(asked['actions']))))
        .filter(({ audit }) => audit.access !== 0)
        .slice(0, Number(asked['auditLimit'] ?? 1000));
      const seen = new Set(matrix.flatMap(({ subjectId, resourceId }) => [subjectId, resourceId]));
      const described = (records: EntityRecord[], key: string, names: unknown, schemaPath: string) =>
        Object.fromEntries(
          records
            .filter(({ id }) => seen.has(id) && asked['outputObjectsPrivileges'] !== 0)
            .map((record) => [record.id, { [key]: properties(record, names), privileges: [], schemaPath }]),
        );
      return created({
        matrix,
        resources: described(resources, 'resourceProperties', asked['resourceProperties'], 'AuditMatrix.Resource'),
        subjects: described(subjects, 'subjectProperties', asked['subjectProperties'], 'AuditMatrix.Subject'),
        schemaPath: 'AuditMatrix',
      });
    },
  },
];

function found(call: Call, type: string, reference: unknown): EntityRecord[] {
  const kind = Object.values(kinds).find(({ name }) => name === type);
  if (!kind) throw badRequest(`Unknown resource type ${type}`);
  const filter = asRecord(reference)['resourceFilter'];
  return query(call.site, kind.name, typeof filter === 'string' && filter !== '' ? filter : undefined);
}

function element(subject: EntityRecord, resource: EntityRecord, actions: number) {
  const { isAdmin, userId } = actorOf(subject);
  const mask = isAdmin ? ~0 : resource.refs['owner'] === userId ? ofOwner : 0;
  return {
    subjectId: subject.id,
    resourceId: resource.id,
    audit: { access: actions & mask },
    schemaPath: 'AuditMatrixElement',
  };
}

function isLetIn(user: EntityRecord): boolean {
  try {
    actorOf(user);
    return true;
  } catch (error) {
    if (error instanceof QrsRefusal) return false;
    throw error;
  }
}

function properties(record: EntityRecord, names: unknown): Record<string, string> {
  const wanted = Array.isArray(names) ? names.map(String) : [];
  return Object.fromEntries(wanted.map((name) => [name, textOf(record, name)]));
}
