import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { filterQuery, type QrsCall, timing } from './call.ts';
import { and, eq, guid, oneOf } from './filter.ts';
import type { QrsHttp } from './qrs-http.ts';
import type { CallOptions } from './settings.ts';
import type { QrsCustomPropertyDefinition, QrsSystemRule } from './types.ts';

/** What has an address of its own and is changed whole. */
type Path = 'custompropertydefinition' | 'systemrule' | 'tag';

/** A custom property to create; what is not named takes the site's default. */
export type NewDefinition = Pick<
  QrsCustomPropertyDefinition,
  'name' | 'choiceValues' | 'objectTypes' | 'valueType' | 'description'
>;
/** A security rule to create. */
export type NewRule = Pick<
  QrsSystemRule,
  'name' | 'category' | 'type' | 'rule' | 'resourceFilter' | 'actions' | 'comment' | 'disabled' | 'ruleContext'
>;

/**
 * Calls that set a site up: custom properties and security rules. Timeouts and codes as with AppReads and AppWrites. No
 * `create…` is safe to repeat blindly: look for the name first.
 */
export interface SetupCalls {
  /** The security rules of these names, in any case. Safe to repeat. */
  securityRules(names: readonly string[], options?: CallOptions): Promise<readonly QrsSystemRule[]>;
  createDefinition(definition: NewDefinition, options?: CallOptions): Promise<QrsCustomPropertyDefinition>;
  createRule(rule: NewRule, options?: CallOptions): Promise<QrsSystemRule>;
  /**
   * Replaces what is stored by this, which must be whole and carry the `modifiedDate` it was read with (QRS facts, section 2).
   * Safe to repeat: a repeat after success is a conflict.
   * @throws WAYBILL_QRS_CONFLICT, WAYBILL_QRS_NOT_FOUND
   */
  putDefinition(definition: QrsCustomPropertyDefinition, options?: CallOptions): Promise<QrsCustomPropertyDefinition>;
  /** As `putDefinition`. @throws WAYBILL_QRS_CONFLICT, WAYBILL_QRS_NOT_FOUND */
  putRule(rule: QrsSystemRule, options?: CallOptions): Promise<QrsSystemRule>;
  /** Deletes it for good. Safe to repeat: what is not there any more is done. */
  remove(path: Path, id: string, options?: CallOptions): Promise<void>;
}

/** The calls over a sender. */
export function createSetupCalls(http: QrsHttp): SetupCalls {
  const write = (method: QrsCall['method'], path: string, doing: string, options?: CallOptions): QrsCall => ({
    method,
    path,
    doing,
    ...timing(http.timeouts, 'write', options),
  });
  const put = async <T extends { id: string; name: string }>(
    path: Path,
    what: string,
    entity: T,
    options?: CallOptions,
  ) =>
    http.json<T>({
      ...write('PUT', `/qrs/${path}/${guid(entity.id).guid}`, `change the ${what} ${entity.name}`, options),
      json: entity,
    });

  return {
    async securityRules(names, options) {
      const filter = and(eq('category', 'Security'), oneOf('name', names));
      const call = { method: 'GET', path: '/qrs/systemrule/full', query: filterQuery(filter) } as const;
      const read = { ...call, doing: 'read security rules', ...timing(http.timeouts, 'read', options) };
      return (await http.json<readonly QrsSystemRule[]>(read)) ?? [];
    },
    createDefinition: (definition, options) =>
      http.json<QrsCustomPropertyDefinition>({
        ...write('POST', '/qrs/custompropertydefinition', `create the custom property ${definition.name}`, options),
        json: definition,
      }),
    createRule: (rule, options) =>
      http.json<QrsSystemRule>({
        ...write('POST', '/qrs/systemrule', `create the security rule ${rule.name}`, options),
        json: rule,
      }),
    putDefinition: (definition, options) => put('custompropertydefinition', 'custom property', definition, options),
    putRule: (rule, options) => put('systemrule', 'security rule', rule, options),
    async remove(path, id, options) {
      try {
        await http.json(write('DELETE', `/qrs/${path}/${guid(id).guid}`, `delete the ${path} ${id}`, options));
      } catch (error) {
        if (!isWaybillError(error) || (error as { code?: unknown }).code !== 'WAYBILL_QRS_NOT_FOUND') throw error;
      }
    },
  };
}
