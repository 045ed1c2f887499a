import { z } from 'zod';
import { list, path, port, secret, section, text } from '../setting.ts';

/** An alias names a site in the configuration, in property values before the " - ", in queues and in records. */
export const alias = text().regex(/^[a-z0-9][a-z0-9-]{0,30}$/, {
  error: 'expected an alias of 1 to 31 of a-z, 0-9 and "-", beginning with a letter or digit (small letters only)',
});

/** A server by its name or address alone. */
export const hostName = text().regex(/^[^\s/:]+$/, {
  error: 'expected a host name alone, without https:// and without a port',
});

const userSection = section({
  directory: text().prefault('INTERNAL').describe('User directory of the account that Waybill acts as.'),
  id: text()
    .prefault('sa_api')
    .describe('User id of the account that Waybill acts as. It counts as a service account: it never approves.'),
});

export const siteSection = section({
  hosts: list(hostName)
    .refine((hosts) => hosts.length > 0, { error: 'expected at least one host' })
    .describe('Servers that run the repository service. They are tried in this order when one does not answer.'),
  port: port().prefault(4242).describe('Port of the repository service (QRS).'),
  certificates: path().describe(
    'Folder with root.pem, client.pem and client_key.pem as the QMC exports them ("Platform independent PEM-format").',
  ),
  certificatePassword: secret().optional().describe('Password of client_key.pem, when it was exported with one.'),
  serverName: text()
    .optional()
    .describe(
      "Name that the server's certificate was issued for, when it differs from the host. Certificates are always verified.",
    ),
  user: userSection.prefault({}).describe('Account that Waybill acts as on this site.'),
  publicHost: text().optional().describe('Host in links that people open. When not set: the first host.'),
  publicPort: port().optional().describe('Port in links that people open. When not set: none, so 443.'),
  publicPrefix: z
    .string({ error: 'expected text' })
    .regex(/^([^\s/]+(\/[^\s/]+)*)?$/, { error: 'expected a prefix without slashes around it, as in sales' })
    .prefault('')
    .describe('Prefix of the virtual proxy in links that people open.'),
  label: text()
    .optional()
    .describe('What people call this site, in mails and on the console. When not set: the alias.'),
});
