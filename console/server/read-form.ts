import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { waybillError } from '../../common/errors/catalogue.ts';

/** What a form sent, checked. @throws WAYBILL_CONSOLE_FORM_REFUSED with the field and what is wrong with it */
export function readForm<Schema extends z.ZodType>(request: FastifyRequest, schema: Schema): z.output<Schema> {
  return checked(request.body ?? {}, schema);
}

/** What stands behind the ? of an address, checked. @throws WAYBILL_CONSOLE_FORM_REFUSED */
export function readQuery<Schema extends z.ZodType>(request: FastifyRequest, schema: Schema): z.output<Schema> {
  return checked(request.query ?? {}, schema);
}

function checked<Schema extends z.ZodType>(value: unknown, schema: Schema): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const reason = `${issue?.path.join('.') || 'the form'}: ${issue?.message ?? 'not as expected'}`;
  throw waybillError('WAYBILL_CONSOLE_FORM_REFUSED', { reason });
}
