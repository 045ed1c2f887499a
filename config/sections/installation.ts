import { section, secret, text } from '../setting.ts';

export const installationSection = section({
  id: text()
    .regex(/^[a-z0-9][a-z0-9-]{0,19}$/, {
      error: 'expected 1 to 20 of a-z, 0-9 and "-", beginning with a letter or digit',
    })
    .prefault('default')
    .describe(
      'Name of this Waybill, part of the names of staging apps. Two Waybills that work on the same site need two ids.',
    ),
  secret: secret()
    .optional()
    .describe(
      'What the token in callback addresses and the key of stored data derive from. When not set, one is made once and kept in the file installation-secret of dataFolder.',
    ),
});
