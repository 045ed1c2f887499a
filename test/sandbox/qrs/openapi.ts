import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Json } from './test-site.ts';

const fileName = 'qrs-openapi-38.22.json';

/** The official description of the repository's interface beside the project, if someone put it there. */
export function findOpenApi(): string | undefined {
  for (let at = import.meta.dirname; ; at = path.dirname(at)) {
    const file = path.join(at, 'shared', 'facts', fileName);
    if (existsSync(file)) return file;
    if (path.dirname(at) === at) return undefined;
  }
}

/** Says what is wrong with an answer; undefined when nothing is. */
export type Judge = (method: string, target: string, status: number, body: unknown) => string | undefined;

/**
 * Holds answers against the description: the code must be one it lists, the body must have its shape. Real servers
 * send null where a field is empty and wrap single values as `{value}` ("QRS facts, section 1"): both are let pass.
 * A bare `object` in the description means any value.
 */
export function loadJudge(file: string): Judge {
  const api = JSON.parse(readFileSync(file, 'utf8')) as Json;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const definitions = nullable(api.definitions) as Record<string, object>;
  const compiled = new Map<string, ValidateFunction>();
  const templates = Object.keys(api.paths as object);
  return (method, target, status, body) => {
    const template = bestTemplate(templates, target);
    const responses = template === undefined ? undefined : api.paths[template]?.[method.toLowerCase()]?.responses;
    if (responses === undefined) return `${method} ${target} is not described`;
    const response = responses[String(status)];
    if (response === undefined)
      return `${method} ${template}: ${status}, described are ${Object.keys(responses).join(', ')}`;
    if (response.schema === undefined) return undefined;
    const key = `${method} ${template} ${status}`;
    const validate = compiled.get(key) ?? ajv.compile({ ...(nullable(response.schema) as object), definitions });
    compiled.set(key, validate);
    const isScalar = ['integer', 'string'].includes(response.schema.type as string);
    const judged = isScalar ? (body as Json).value : body;
    return validate(judged) ? undefined : `${key}: ${ajv.errorsText(validate.errors)}`;
  };
}

function bestTemplate(templates: readonly string[], target: string): string | undefined {
  const segments = (target.split('?')[0] ?? '')
    .replace(/^\/qrs/iu, '')
    .toLowerCase()
    .split('/');
  const fitting = templates.filter((template) => {
    const parts = template.split('/');
    return parts.length === segments.length && parts.every((part, at) => part.startsWith('{') || part === segments[at]);
  });
  const placeholders = (template: string): number => template.split('{').length;
  return fitting.sort((left, right) => placeholders(left) - placeholders(right))[0];
}

/** The same schema, in which every property may also be null, and no property goes by a name that is not described. */
function nullable(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(nullable);
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Object.keys(schema).length === 1 && 'type' in schema && schema.type === 'object') return {};
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key !== 'properties') copy[key] = nullable(value);
    else {
      const entries = Object.entries(value as object).map(([name, one]) => [
        name,
        { anyOf: [nullable(one), { type: 'null' }] },
      ]);
      copy[key] = Object.fromEntries(entries);
    }
  }
  if ('properties' in copy) copy['additionalProperties'] = false;
  return copy;
}
