import { setTimeout as wait } from 'node:timers/promises';
import type { ConnectionLike } from '@temporalio/client';
import proto from '@temporalio/proto';
import { waybillError } from '../common/errors/catalogue.ts';
import { searchAttributes } from '../workflows/contract.ts';
import { attributeTypes } from './dev-server-arguments.ts';
import { grpcCodeOf, grpcCodes, isNotAllowed } from './grpc-codes.ts';
import type { Logger } from '../common/logger.ts';

const VISIBLE_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 200;
const ValueType = proto.temporal.api.enums.v1.IndexedValueType;

const valueTypes = {
  KEYWORD: ValueType.INDEXED_VALUE_TYPE_KEYWORD,
  DATETIME: ValueType.INDEXED_VALUE_TYPE_DATETIME,
  KEYWORD_LIST: ValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
} as const;

type Attribute = readonly [name: string, type: keyof typeof valueTypes];

export interface EnsureSearchAttributesOptions {
  readonly connection: ConnectionLike;
  readonly namespace: string;
  readonly logger: Logger;
}

export interface SearchAttributesOutcome {
  /** Names of the search attributes that were added now. */
  readonly added: readonly string[];
  /** Names of those that are not there because Waybill may not add them. */
  readonly missing: readonly string[];
}

/**
 * Adds the search attributes of the contract that a namespace lacks and waits until they can be used. Safe to repeat.
 * Where the service does not let Waybill look or add, that is logged with the commands to run.
 * @throws WAYBILL_TEMPORAL_SEARCH_ATTRIBUTE_TYPE when one of these names is there with another type
 */
export async function ensureSearchAttributes(options: EnsureSearchAttributesOptions): Promise<SearchAttributesOutcome> {
  const wanted = Object.entries(searchAttributes) satisfies readonly Attribute[];
  try {
    const present = await presentTypes(options);
    for (const attribute of wanted) refuseOtherType(attribute, present, options.namespace);
    const lacking = wanted.filter(([name]) => present[name] === undefined);
    if (lacking.length > 0) await add(lacking, options);
    await waitUntilUsable(wanted, options);
    return { added: lacking.map(([name]) => name), missing: [] };
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
    return { added: [], missing: await missingOnes(wanted, options) };
  }
}

async function presentTypes({ connection, namespace }: EnsureSearchAttributesOptions) {
  const answer = await connection.operatorService.listSearchAttributes({ namespace });
  return answer.customAttributes ?? {};
}

function refuseOtherType(
  [name, type]: Attribute,
  present: Readonly<Record<string, proto.temporal.api.enums.v1.IndexedValueType>>,
  namespace: string,
): void {
  const found = present[name];
  if (found === undefined || found === valueTypes[type]) return;
  const facts = { name, namespace, wanted: attributeTypes[type], found: ValueType[found] };
  throw waybillError('WAYBILL_TEMPORAL_SEARCH_ATTRIBUTE_TYPE', facts);
}

async function add(lacking: readonly Attribute[], options: EnsureSearchAttributesOptions): Promise<void> {
  const { connection, namespace, logger } = options;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(lacking.map(([name, type]) => [name, valueTypes[type]])),
    });
    logger.info({ namespace, names: lacking.map(([name]) => name) }, 'Search attributes were added');
  } catch (error) {
    // Another process was faster; waiting until they can be used covers that too.
    if (grpcCodeOf(error) !== grpcCodes.alreadyExists) throw error;
  }
}

/** The parts of the service that check search attributes learn of new ones within some seconds. */
async function waitUntilUsable(wanted: readonly Attribute[], options: EnsureSearchAttributesOptions): Promise<void> {
  const deadline = performance.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const unknown = await unusable(wanted, options);
    if (unknown.length === 0) return;
    if (performance.now() > deadline) {
      options.logger.warn({ namespace: options.namespace, names: unknown }, 'Search attributes cannot be used yet');
      return;
    }
    await wait(LOOK_EVERY_MS);
  }
}

/** The names that a query is refused for. */
async function unusable(wanted: readonly Attribute[], options: EnsureSearchAttributesOptions): Promise<string[]> {
  const { connection, namespace } = options;
  const asked = wanted.map(async ([name]) => {
    try {
      await connection.workflowService.countWorkflowExecutions({ namespace, query: `${name} is null` });
      return undefined;
    } catch {
      return name;
    }
  });
  return (await Promise.all(asked)).filter((name) => name !== undefined);
}

async function missingOnes(wanted: readonly Attribute[], options: EnsureSearchAttributesOptions): Promise<string[]> {
  const missing = await unusable(wanted, options);
  if (missing.length > 0) {
    const flags = wanted
      .filter(([name]) => missing.includes(name))
      .map(([name, type]) => `--name ${name} --type ${attributeTypes[type]}`)
      .join(' ');
    const command = `temporal operator search-attribute create --namespace ${options.namespace} ${flags}`;
    options.logger.warn(
      { namespace: options.namespace, missing },
      `Waybill may not add search attributes, and promotions cannot start without them. Have this run: ${command}`,
    );
  }
  return missing;
}
