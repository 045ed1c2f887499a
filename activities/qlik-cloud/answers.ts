import { z } from 'zod';

/**
 * The answers of Qlik Cloud, as far as Waybill reads them (Qlik Cloud facts, section 2): what is used must be as documented,
 * what is not known is left out. Empty texts and null are the same as nothing.
 */
const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined);
const id = z.string().min(1);

export const accessToken = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().min(1).optional(),
});
export type AccessToken = z.output<typeof accessToken>;

/** `GET /api/v1/reloads/{id}`, and an entry of the list. `status` may be a word that is not known today. */
export const cloudReload = z.object({
  id,
  appId: id,
  status: z.string().min(1),
  tenantId: text,
  userId: text,
  type: text,
  errorCode: text,
  errorMessage: text,
  creationTime: text,
  startTime: text,
  endTime: text,
});
export type CloudReload = z.output<typeof cloudReload>;

/** `GET /api/v1/apps/{id}`. */
export const cloudApp = z
  .object({
    attributes: z.object({
      id,
      name: z.string(),
      description: text,
      ownerId: text,
      publishTime: text,
      lastReloadTime: text,
      hasSectionAccess: flag,
      thumbnail: text,
    }),
  })
  .transform(({ attributes }) => attributes);
export type CloudApp = z.output<typeof cloudApp>;

/** An entry of `GET /api/v1/items`. */
export const cloudItem = z.object({
  id,
  resourceId: text,
  spaceId: text,
  ownerId: text,
  meta: z.object({ tags: z.array(z.object({ name: z.string() })).nullish() }).nullish(),
  resourceSize: z.object({ appFile: number }).nullish(),
});
export type CloudItem = z.output<typeof cloudItem>;

/** `GET /api/v1/users/{id}`. */
export const cloudUser = z.object({ id, name: text, email: text, picture: text });
export type CloudUser = z.output<typeof cloudUser>;

/** An entry of `GET /api/v1/webhooks`. */
export const cloudWebhook = z.object({
  id,
  name: z.string(),
  url: text,
  level: text,
  eventTypes: z
    .array(z.string())
    .nullish()
    .transform((types) => types ?? []),
  enabled: z.boolean(),
  disabledReason: text,
  disabledReasonCode: text,
});
export type CloudWebhook = z.output<typeof cloudWebhook>;

/** A page of a list. */
export function pageOf<Entry extends z.ZodType>(entry: Entry) {
  return z.object({
    data: z.array(entry),
    links: z.object({ next: z.object({ href: text }).nullish() }).nullish(),
  });
}
