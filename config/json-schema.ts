import { z } from 'zod';
import { configSchema } from './schema.ts';
import { kindOf } from './setting.ts';

type JsonSchema = Record<string, unknown>;

/**
 * JSON Schema (draft 7) of the file, for editors: names, types, defaults and meanings. A group may be left empty, and
 * `${env:NAME}` or `${file:PATH}` may stand for any single value.
 */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (kindOf(zodSchema as unknown as z.ZodType) === 'secret') jsonSchema.type = 'string';
      if (jsonSchema.type === 'object') Object.assign(jsonSchema, { type: ['object', 'null'] });
      delete jsonSchema['kind'];
      delete jsonSchema['readOnly'];
    },
  });
  const { $schema, ...rest } = schema;
  const definitions = { placeholder: { type: 'string', pattern: String.raw`\$\{(env|file):[^}]+\}` } };
  return { $schema, title: 'Waybill configuration', ...(withPlaceholders(rest) as JsonSchema), definitions };
}

/** Where text of a certain form, a number or true/false belongs, a placeholder is right as well. */
function withPlaceholders(node: unknown): unknown {
  if (Array.isArray(node)) return node.map((item: unknown) => withPlaceholders(item));
  if (typeof node !== 'object' || node === null) return node;
  if (!isRestrictedValue(node as JsonSchema)) {
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [key, isVerbatim(key) ? value : withPlaceholders(value)]),
    );
  }
  const { description, default: fallback, ...value } = node as JsonSchema;
  return { description, default: fallback, anyOf: [value, { $ref: '#/definitions/placeholder' }] };
}

function isVerbatim(key: string): boolean {
  return key === 'default' || key === 'propertyNames';
}

function isRestrictedValue(node: JsonSchema): boolean {
  if (node['type'] === 'integer' || node['type'] === 'boolean' || Array.isArray(node['anyOf'])) return true;
  return node['type'] === 'string' && ['pattern', 'enum', 'format'].some((key) => key in node);
}
