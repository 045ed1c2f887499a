import { z } from 'zod';

/*
 * What fields of a filter's form are read with. An empty field is none.
 */

/** An empty field. */
export const absent = z.literal('').transform(() => undefined);

export const optionalText = z.union([absent, z.string().trim().max(200)]).optional();

/** A day, as in `2026-03-29`. */
export const optionalDay = z.union([absent, z.iso.date()]).optional();
