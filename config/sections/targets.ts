import { choice, flag, list, section, size, text } from '../setting.ts';

const backupSection = section({
  enabled: flag().prefault(true).describe('Whether the app that will be replaced is kept first.'),
  upToWithData: size().prefault('64MB').describe('Up to this size the backup holds the data.'),
  above: choice('withoutData', 'off').prefault('withoutData').describe('What is kept of a larger app.'),
});

const newAppOwnerSection = section({
  sameUser: flag()
    .prefault(true)
    .describe('Whether a new app is given to the user who owns it at the source, where the target knows this user.'),
  fallback: text()
    .regex(/^[^\\]+\\.+$/, { error: String.raw`expected an account as DIRECTORY\user` })
    .optional()
    .describe('Owner of a new app otherwise. When not set: the account that Waybill acts as.'),
});

const stampTemplate = `App promoted from node: '{{node}}' by: '{{decidedBy}}' at: '{{decidedAt}}' where it was owned by: '{{owner}}'{{#if version}}

S3 Version ID: {{version}}{{/if}}`;

const descriptionSection = section({
  stamp: flag().prefault(true).describe('Whether the description of a promoted app says where it came from.'),
  template: text()
    .prefault(stampTemplate)
    .describe(
      'Text of the stamp (Handlebars): node, decidedBy, decidedAt, owner, version, promotionKey. Cut at 512 characters.',
    ),
});

export const targetSection = section({
  data: choice('carry', 'withoutData', 'reloadAfter')
    .prefault('carry')
    .describe(
      'carry: the app brings its data. withoutData: it arrives empty. reloadAfter: it arrives empty and is reloaded there.',
    ),
  whenSeveral: choice('stop', 'all')
    .prefault('stop')
    .describe(
      'What Overwrite does when several apps of this name are published in the stream: stop and ask, or replace all.',
    ),
  backup: backupSection.prefault({}).describe('What is kept of an app before it is replaced.'),
  newAppOwner: newAppOwnerSection.prefault({}).describe('Who owns an app that did not exist at the target.'),
  keepTags: list(text()).prefault([]).describe('Tags that are carried over, by name.'),
  keepProperties: list(text()).prefault([]).describe('Custom properties that are carried over, by name.'),
  description: descriptionSection.prefault({}).describe('Stamp in the description of a promoted app.'),
  acceptAsserted: flag()
    .prefault(true)
    .describe('Whether decisions whose account nobody proved (CLI, Temporal UI) may deliver here.'),
});
