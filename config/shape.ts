import { z } from 'zod';

/** The schema without its wrapping: optional, default, read-only and transforms are taken off. */
export function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly) {
    return bare(schema.unwrap() as z.ZodType);
  }
  return schema instanceof z.ZodPipe ? bare(schema.in as z.ZodType) : schema;
}

/** The keys of a section with their schemas; nothing for any other schema. */
export function keysOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  const inner = forSettings(schema);
  return inner instanceof z.ZodObject ? (inner.shape as Record<string, z.ZodType>) : {};
}

/** The schema of one entry of a section, of named entries or of a list; undefined where there is none. */
export function childOf(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  const inner = forSettings(schema);
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
  return keysOf(inner)[String(key)];
}

/** The schema at a path; undefined where the path leads nowhere. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((found, key) => found && childOf(found, key), schema);
}

/** Of a choice between a word and a section, the section. */
function forSettings(schema: z.ZodType): z.ZodType {
  const inner = bare(schema);
  if (!(inner instanceof z.ZodUnion)) return inner;
  const section = (inner.options as z.ZodType[]).map(bare).find((option) => option instanceof z.ZodObject);
  return section ?? inner;
}
