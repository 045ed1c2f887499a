import { z } from 'zod';
import { choice, duration, flag, integer, list, mailAddress, named, path, secret, section, text } from '../setting.ts';
import { alias } from './sites.ts';

/** What all destinations have in common. */
const commonShape = {
  enabled: flag().prefault(true).describe('Whether alerts are sent here.'),
  tenants: list(alias).optional().describe('Tenants whose alerts are sent here. When not set: all.'),
  onlyTagged: text().optional().describe('Only apps with this tag. When not set: all. Case does not matter.'),
  apps: list(text()).optional().describe('Only these apps, by id. When not set: all.'),
  exceptApps: list(text()).prefault([]).describe('Apps whose alerts are not sent here, by id.'),
  owners: list(text()).optional().describe('Only apps of these owners, by address or user id. When not set: all.'),
  exceptOwners: list(text()).prefault([]).describe('Owners whose alerts are not sent here, by address or user id.'),
  rateLimit: duration()
    .prefault('5m')
    .describe(
      'After an alert of an app (mails: to a recipient), those that follow within this time come in one digest. 0 = never.',
    ),
  recovery: flag().prefault(false).describe('Whether to tell when an app reloads again that failed before.'),
  headLines: integer(0, 500).prefault(15).describe('How many lines of the script log are shown from its beginning.'),
  tailLines: integer(0, 500).prefault(15).describe('How many lines of the script log are shown from its end.'),
  timeout: duration().prefault('30s').describe('Longest wait for the destination to answer.'),
  retry: section({
    first: duration().prefault('5s').describe('Wait before the first repeat; it doubles each time.'),
    max: duration().prefault('10m').describe('Longest wait between two repeats.'),
  })
    .prefault({})
    .describe('How an alert that was not taken is repeated.'),
  giveUpAfter: duration().prefault('24h').describe('After this time an alert that was not taken is given up.'),
};

const messageShape = {
  message: choice('formatted', 'basic')
    .prefault('formatted')
    .describe('formatted: all that is known. basic: some lines of text; also sent where formatted is refused.'),
  template: path()
    .optional()
    .describe("Handlebars file that replaces Waybill's own formatted message; Butler's templates fit."),
  basicText: text().optional().describe("Handlebars text that replaces Waybill's own basic message."),
};

const ownerAlert = section({
  enabled: flag().prefault(false).describe("Whether the app's owner gets the alert as well."),
  only: list(mailAddress()).optional().describe('Only these owners. When not set: all.'),
  except: list(mailAddress()).prefault([]).describe('Owners who get none.'),
  fallback: list(mailAddress()).prefault([]).describe('Who gets it when an owner has no address.'),
});

const mailDestination = section({
  ...commonShape,
  recipients: list(mailAddress()).prefault([]).describe('Who gets the alert.'),
  owner: ownerAlert.prefault({}).describe("Alerts to the app's owner."),
  subject: text().optional().describe("Handlebars text that replaces Waybill's own subject."),
  priority: choice('high', 'normal', 'low').prefault('high').describe('Priority that the mail bears.'),
  ...messageShape,
});

const slackDestination = section({
  ...commonShape,
  webhook: secret().describe('Address of the incoming webhook. Whoever knows it can post there.'),
  channel: text().optional().describe('Channel, where the webhook is an old one that lets us choose.'),
  userName: text().optional().describe('Name of the sender, where the webhook is an old one that lets us choose.'),
  icon: text().optional().describe('Emoji of the sender, as in :warning:, where the webhook is an old one.'),
  ...messageShape,
});

const teamsDestination = section({
  ...commonShape,
  webhook: secret().describe(
    'Address of the workflow "When a Teams webhook request is received". Whoever knows it can post there.',
  ),
  ...messageShape,
});

const webhookDestination = section({
  ...commonShape,
  address: secret().describe('Address that alerts are posted to as JSON.'),
  headers: named(text(), secret()).prefault({}).describe('Headers of the request, such as Authorization.'),
  secret: secret()
    .optional()
    .describe('Signs the body: header Waybill-Signature with the HMAC-SHA256 in hex. When not set: not signed.'),
});

const mqttDestination = section({
  ...commonShape,
  topic: text().prefault('waybill/alerts').describe('Topic; the id of the tenant follows it.'),
  retain: flag().prefault(false).describe('Whether the broker keeps the latest one for those who come later.'),
});

const destinationName = z
  .string()
  .regex(/^[\w-]{1,40}$/, { error: 'expected a name of letters, digits, - and _, at most 40' });

/** Where alerts go: many of each kind, by name. */
export const alertDestinationsSection = section({
  mail: named(destinationName, mailDestination).prefault({}).describe('Mails, over the mail server under mail.'),
  slack: named(destinationName, slackDestination).prefault({}).describe('Slack channels.'),
  teams: named(destinationName, teamsDestination).prefault({}).describe('Microsoft Teams channels and chats.'),
  webhook: named(destinationName, webhookDestination).prefault({}).describe('Any service that takes JSON over HTTPS.'),
  mqtt: named(destinationName, mqttDestination).prefault({}).describe('Topics of the broker under alerts.broker.'),
});
