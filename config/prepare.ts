import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { fillPlaceholders } from './placeholders.ts';
import type { Finding, SettingPath } from './problem.ts';
import { secretRef } from './secret-ref.ts';
import { kindOf } from './setting.ts';
import { bare, childOf } from './shape.ts';

/** Where relative paths and placeholders are taken from. */
export interface Surroundings {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Prepared {
  readonly value: unknown;
  readonly findings: readonly Finding[];
}

/**
 * Makes the values of a file ready for the schema: placeholders are filled, secrets become references, relative paths
 * absolute, and a key without a value counts as not there.
 */
export function prepare(schema: z.ZodType, value: unknown, surroundings: Surroundings): Prepared {
  const findings: Finding[] = [];
  return { value: walk({ schema, value, path: [], surroundings, findings }), findings };
}

interface Step {
  readonly schema: z.ZodType | undefined;
  readonly value: unknown;
  readonly path: SettingPath;
  readonly surroundings: Surroundings;
  readonly findings: Finding[];
}

function walk(step: Step): unknown {
  const { value } = step;
  if (typeof value === 'string') return walkText(step, value);
  if (Array.isArray(value)) return value.map((item, index) => walk(child(step, index, item)));
  if (typeof value !== 'object' || value === null) return value;
  const emptyIsGroup = step.schema !== undefined && bare(step.schema) instanceof z.ZodRecord;
  const entries = Object.entries(value as Record<string, unknown>)
    .filter(([, item]) => emptyIsGroup || item !== null)
    .map(([key, item]) => [key, item === null ? {} : walk(child(step, key, item))] as const);
  return Object.fromEntries(entries);
}

function child(step: Step, key: string | number, value: unknown): Step {
  return { ...step, schema: step.schema && childOf(step.schema, key), value, path: [...step.path, key] };
}

function walkText(step: Step, text: string): unknown {
  const { folder, env } = step.surroundings;
  const kind = step.schema && kindOf(step.schema);
  if (kind === 'secret') return text === '' ? undefined : secretRef(text, folder, env);
  const { value, missing } = fillPlaceholders(text, folder, env);
  for (const [source, reason] of missing) {
    step.findings.push({
      path: step.path,
      wrong: `${source} has no value: ${reason}`,
      right: 'set it or write the value here',
    });
  }
  if (kind === 'path') return path.resolve(folder, value);
  return value === text ? value : asScalar(step.schema, value);
}

/** `port: ${env:PORT}` is text until here; where a number or true/false belongs, it is read as one. */
function asScalar(schema: z.ZodType | undefined, text: string): unknown {
  const inner = schema && bare(schema);
  if (!(inner instanceof z.ZodNumber || inner instanceof z.ZodBoolean)) return text;
  const scalar: unknown = /^[\w.+-]+$/.test(text) ? parse(text) : text;
  return scalar;
}
