import { distinctAddresses, bareAddress } from '../../common/mail-address.ts';
import type { MailUserAttribute, Recipients } from './mail-kinds.ts';
import type { MailContext, MailSettings } from './mail-settings.ts';
import type { StreamAlertRow } from '../../common/stream-alert-map.ts';

/** Who gets a mail. `addresses` is empty when there is nobody; `reason` then says why, in plain words. */
export interface Addressed {
  readonly addresses: readonly string[];
  readonly reason?: string;
  readonly warnings: readonly string[];
}

/** What was looked up outside for a request: the owner's attributes, the rows of the stream map. */
export interface RecipientFacts {
  readonly attributes?: readonly MailUserAttribute[];
  readonly alertRows?: readonly StreamAlertRow[];
}

/** The addresses of a request, by the settings as they are now. Pure. */
export function addressesFor(request: Recipients, context: MailContext, facts: RecipientFacts): Addressed {
  switch (request.to) {
    case 'owner':
      return ownerAddresses(request.owner, context.mail, facts.attributes ?? request.attributes ?? []);
    case 'stream':
      return streamAddresses(request, context, facts.alertRows ?? []);
    case 'escalation':
      return escalationAddresses(request, context);
    case 'operators':
      return addressed(context.mail.operators, 'mail.operators is empty: nobody hears of trouble');
    default:
      return addressed(request.addresses, 'no address was given');
  }
}

/**
 * The owner's own address, or undefined: `mail.ownerAddress.map`, else the first attribute of the configured type
 * (case does not matter; QRS user attributes, seed facts, section 7), else the pattern. What is no address is passed
 * over.
 */
export function ownerAddress(
  owner: string,
  settings: MailSettings['ownerAddress'],
  attributes: readonly MailUserAttribute[],
): string | undefined {
  const mapped = Object.entries(settings.map).find(([account]) => account.toLowerCase() === owner.toLowerCase());
  const ofType = attributes.filter(
    ({ attributeType }) => attributeType.trim().toLowerCase() === settings.attribute.trim().toLowerCase(),
  );
  const candidates = [mapped?.[1], ...ofType.map(({ attributeValue }) => attributeValue), fromPattern(owner, settings)];
  return candidates.map((text) => (text === undefined ? undefined : bareAddress(text))).find((text) => text);
}

function fromPattern(owner: string, { pattern }: MailSettings['ownerAddress']): string | undefined {
  const account = /^([^\\]*)\\(.+)$/.exec(owner);
  if (pattern === undefined || account === null) return undefined;
  const [, directory = '', user = ''] = account;
  return pattern.replaceAll(/\{(user|directory)\}/g, (_, place) => (place === 'user' ? user : directory));
}

function ownerAddresses(owner: string, settings: MailSettings, attributes: readonly MailUserAttribute[]): Addressed {
  const own = ownerAddress(owner, settings.ownerAddress, attributes);
  if (own !== undefined) return { addresses: [own], warnings: [] };
  const why = `${owner} has no mail address: no entry in mail.ownerAddress.map, no usable attribute "${settings.ownerAddress.attribute}"${settings.ownerAddress.pattern === undefined ? '' : ', and mail.ownerAddress.pattern makes none'}`;
  const { addresses } = distinctAddresses(settings.fallback);
  return addresses.length === 0
    ? { addresses, reason: `${why}; mail.fallback is empty`, warnings: [] }
    : { addresses, warnings: [`${why}; the mail goes to mail.fallback`] };
}

function streamAddresses(
  request: Extract<Recipients, { to: 'stream' }>,
  context: MailContext,
  rows: readonly StreamAlertRow[],
): Addressed {
  const streams = Object.entries(context.sources[request.site]?.streams ?? {});
  const byName = streams.filter(([name]) => sameText(name, request.streamName)).flatMap(([, stream]) => stream.alert);
  const byId = rows.filter((row) => sameText(row.streamId, request.streamId ?? '')).map((row) => row.address);
  return addressed(
    [...byName, ...byId],
    `nobody is named for the stream '${request.streamName}' in sources.${request.site}.streams or streamAlertMap`,
  );
}

function escalationAddresses(
  { site, streamName }: Extract<Recipients, { to: 'escalation' }>,
  { sources }: MailContext,
): Addressed {
  const source = sources[site];
  const [, own] = Object.entries(source?.streams ?? {}).find(([name]) => sameText(name, streamName)) ?? [];
  const { escalateTo = [] } = own?.approval ?? source?.approval ?? {};
  return addressed(escalateTo, `sources.${site}.approval.escalateTo names nobody for the stream '${streamName}'`);
}

function sameText(left: string, right: string): boolean {
  return left.trim().toLowerCase() === right.trim().toLowerCase();
}

function addressed(texts: readonly string[], whenNobody: string): Addressed {
  const { addresses, invalid } = distinctAddresses(texts);
  const warnings = invalid.map((text) => `${JSON.stringify(text)} is not a mail address and is passed over`);
  return addresses.length === 0 ? { addresses, reason: whenNobody, warnings } : { addresses, warnings };
}
