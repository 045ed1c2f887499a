import {
  choice,
  duration,
  flag,
  list,
  mailAddress,
  named,
  path,
  port,
  secret,
  section,
  text,
  url,
} from '../setting.ts';

const loginSection = section({
  user: text().describe('Account at the mail server.'),
  password: secret().describe('Password of this account.'),
});

const ownerAddressSection = section({
  attribute: text().prefault('email').describe('Attribute of a Qlik user that holds the address.'),
  map: named(text(), mailAddress())
    .prefault({})
    .describe(String.raw`Addresses by account, as in COMPANY\anna: anna@company.com. They win over the attribute.`),
  pattern: text()
    .regex(/\{user\}/, { error: 'expected {user} in it, as in {user}@company.com' })
    .optional()
    .describe('Address made from the account when nothing else is known: {user} and {directory} are replaced.'),
});

const timeoutsSection = section({
  connect: duration().prefault('10s').describe('Longest wait for the connection.'),
  greeting: duration().prefault('10s').describe("Longest wait for the server's greeting."),
  socket: duration().prefault('60s').describe('Longest silence of the server.'),
});

const retrySection = section({
  first: duration().prefault('30s').describe('Wait before the first repeat; it doubles each time.'),
  max: duration().prefault('30m').describe('Longest wait between two repeats.'),
  giveUpAfter: duration().prefault('48h').describe('After this time the mail is given up and the promotion shows it.'),
});

export const mailSection = section({
  enabled: flag().prefault(false).describe('Whether mails are sent.'),
  host: text().optional().describe('Mail server (SMTP). Required when enabled.'),
  port: port().prefault(587).describe('Port of the mail server.'),
  tls: choice('implicit', 'starttls', 'opportunistic', 'none')
    .prefault('starttls')
    .describe(
      'implicit: TLS from the first byte (port 465). starttls: TLS or nothing is sent. opportunistic: TLS where offered. none: plain.',
    ),
  ca: path().optional().describe("PEM file of the authority that signed the mail server's certificate."),
  serverName: text()
    .optional()
    .describe("Name that the mail server's certificate was issued for, when it differs from the host."),
  login: loginSection.optional().describe('Account at the mail server. When not set: none is used.'),
  from: mailAddress().optional().describe('Sender. Required when enabled.'),
  replyTo: mailAddress().optional().describe('Where answers go. When not set: the sender.'),
  ownerAddress: ownerAddressSection.prefault({}).describe('How the address of an app owner is found.'),
  fallback: list(mailAddress()).prefault([]).describe('Who gets the mail when an owner has no address.'),
  operators: list(mailAddress()).prefault([]).describe('Who hears of trouble.'),
  templates: path().optional().describe("Folder with templates that replace Waybill's own."),
  ownerMails: flag().prefault(true).describe('Whether owners hear of the decision and the results.'),
  consoleUrl: url()
    .optional()
    .describe(
      'Address of the console in mails. When not set: console.publicUrl, unless the console is off or open to its own machine alone; then mails have no link to it.',
    ),
  timeouts: timeoutsSection.prefault({}).describe('How long a mail server is waited for.'),
  retry: retrySection.prefault({}).describe('How a mail that was not accepted is repeated.'),
});
