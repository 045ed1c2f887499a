import { z } from 'zod';
import { choice, duration, flag, integer, list, mailAddress, named, path, section, text } from '../setting.ts';
import { alias } from './sites.ts';

const account = text().regex(/^[^\\]+\\.+$/, {
  error: String.raw`expected an account as DIRECTORY\user; in double quotes the backslash is written twice`,
});

const approvers = z.union(
  [
    z.literal('anyone'),
    section({
      users: list(account).prefault([]).describe(String.raw`Accounts, as in COMPANY\anna. Case does not matter.`),
      groups: list(text()).prefault([]).describe('Names of groups, as the site knows them.'),
    }),
  ],
  { error: 'expected the word anyone, or users: […] and groups: […]' },
);

const approvalShape = {
  approvers: approvers.prefault('anyone').describe('Who may approve or deny.'),
  ownerMayApprove: flag().prefault(true).describe('Whether the owner of an app may approve it.'),
  reminder: duration()
    .prefault('3d')
    .describe('How long a promotion waits for a decision before the approvers are reminded. 0 = never.'),
  escalate: duration()
    .prefault('0s')
    .describe('How long a promotion waits for a decision before escalateTo is told of it, once. 0 = never.'),
  escalateTo: list(mailAddress()).prefault([]).describe('Who is told when nobody decided within escalate.'),
  expire: duration()
    .prefault('30d')
    .describe('How long a promotion waits for a decision before it ends as expired. 0 = never.'),
};

const approvalSection = section(approvalShape);

const approvalOverride = section({
  approvers: approvers.optional().describe("Who may approve or deny in this stream. When not set: the source's."),
  ownerMayApprove: flag().optional().describe("Whether an owner may approve. When not set: the source's."),
  reminder: duration().optional().describe("Reminder in this stream. When not set: the source's."),
  escalate: duration().optional().describe("Escalation in this stream. When not set: the source's."),
  escalateTo: list(mailAddress())
    .optional()
    .describe("Who is told of an escalation in this stream. When not set: the source's."),
  expire: duration().optional().describe("Expiry in this stream. When not set: the source's."),
});

const streamSection = section({
  alert: list(mailAddress()).prefault([]).describe('Who gets a mail when an app is published to this stream.'),
  approval: approvalOverride.prefault({}).describe('What differs from the approval of the source in this stream.'),
});

const propertiesSection = section({
  server: text().prefault('PromoteToServer').describe('Target and mode, as in "test - Overwrite".'),
  stream: text().prefault('PromoteToStream').describe('Stream at the target.'),
  approval: text().prefault('PromotionApproval').describe('Approve or deny.'),
  unpublish: text().prefault('PromotionUnpublish').describe('Asks for unpublishing after the promotion.'),
  versioning: text().prefault('PromotionS3Versioning').describe('Asks for a version in S3.'),
  reload: text().prefault('PromoteOnReload').describe('Promotes after every reload.'),
  streamAlert: text().prefault('EmailAlertOnPublishTo').describe('On a stream: mails when an app is published to it.'),
});

const word = text();
const words = (fallback: string[], meaning: string) => list(word).prefault(fallback).describe(meaning);

const wordsSection = section({
  approve: words(['Approve'], 'Values of the approval property that approve. Case does not matter.'),
  deny: words(['Deny'], 'Values of the approval property that deny.'),
  yes: words(['True'], 'Values of the yes-or-no properties that mean yes. Put True in quotes.'),
  overwrite: words(['Overwrite'], 'Words after the " - " of a server value that replace the app of the same name.'),
  duplicate: words(['Duplicate'], 'Words after the " - " of a server value that always add a new app.'),
});

const promoteOnReloadSection = section({
  enabled: flag().prefault(false).describe('Whether apps with the reload property are promoted after each reload.'),
  tag: text().prefault('PromoteOnReload').describe('Tag that marks the apps which are promoted this way.'),
  createMissingTag: flag()
    .prefault(true)
    .describe('Whether Waybill makes the tag when the site has none of this name.'),
  keepLast: integer(0)
    .prefault(5)
    .describe(
      'How many copies stay at the target when the mode is Duplicate: older ones that Waybill made are removed.',
    ),
});

const afterPromotionSection = section({
  unpublish: choice('always', 'byProperty', 'never')
    .prefault('always')
    .describe('Whether the app leaves its stream afterwards. Where it does not, the consumed properties are removed.'),
});

export const sourceSection = section({
  watch: choice('callback', 'poll')
    .prefault('callback')
    .describe('callback: the site calls our listener, and a sweep finds what was lost. poll: the sweep alone.'),
  sweep: duration().optional().describe('Time between two sweeps. When not set: 5m with callbacks, 60s without.'),
  renewSubscriptions: duration().prefault('60s').describe('Time between two renewals of the callbacks.'),
  overlap: duration().prefault('10m').describe("How far behind the site's newest known time a sweep looks again."),
  targets: list(alias)
    .optional()
    .describe('Sites that apps of this source may go to. When not set: every other site that stands under targets.'),
  properties: propertiesSection.prefault({}).describe('Names of the custom properties on this site.'),
  words: wordsSection.prefault({}).describe('Values of the custom properties.'),
  promoteOnReload: promoteOnReloadSection.prefault({}).describe('Promotion after every reload, without approval.'),
  afterPromotion: afterPromotionSection.prefault({}).describe('What becomes of the app on this site.'),
  approval: approvalSection.prefault({}).describe('Approval in every stream that says nothing else.'),
  whenChanged: choice('reapprove', 'promoteLatest')
    .prefault('reapprove')
    .describe('What happens when the content is newer than the decision: ask again, or promote it as it is now.'),
  streams: named(text(), streamSection)
    .prefault({})
    .describe('Streams with an alert or an approval of their own, by name.'),
  streamAlertMap: path()
    .optional()
    .describe(
      'CSV file with the header StreamID,ApprovalEmailAddress, as the old program used it: alerts in addition to alert.',
    ),
  dataCountsAsContent: flag()
    .prefault(false)
    .describe('Whether a reload after the decision counts as a change of the content.'),
});
