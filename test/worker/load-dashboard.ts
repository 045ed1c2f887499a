import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** One event as the load script of the old program's dashboard joins its lines. */
export interface LoadedEvent {
  readonly logId: string;
  readonly logType: string;
  readonly lines: readonly { readonly level: string; readonly message: string }[];
  readonly targets: Readonly<
    Record<string, { readonly streams: string[]; readonly from?: string; readonly to?: string }>
  >;
  readonly [field: string]: unknown;
}

const logTypes: Readonly<Record<string, string>> = {
  app_update: 'AppUpdate',
  app_publish_review: 'AppPublishToReviewStream',
  approval_status_emailer: 'ApprovalStatusEmailer',
  notification_creator: 'NotificationCreator',
};

interface Line {
  readonly logType: string;
  readonly level: string;
  readonly logIdServer: string;
  readonly logId: string;
  readonly message: string;
}

/**
 * Does what the load script of the dashboard does with the folder (`app_update.log*` and the others, ISO 8859-1, eight
 * columns by tabs): which lines it knows by their beginning, and which of the quotes in them it takes.
 */
export async function loadDashboard(folder: string): Promise<LoadedEvent[]> {
  const names = await readdir(folder);
  const lines: Line[] = [];
  for (const [log, logType] of Object.entries(logTypes)) {
    for (const name of names.filter((one) => one.startsWith(`${log}.log`))) {
      const text = await readFile(path.join(folder, name), 'latin1');
      for (const row of text.split('\r\n').filter(Boolean)) lines.push(toLine(row, logType));
    }
  }
  const byEvent = Map.groupBy(lines, ({ logType, logId }) => `${logType} ${logId}`);
  return [...byEvent.values()].map(toEvent);
}

function toLine(row: string, logType: string): Line {
  const [, , level = '', , , , logIdServer = '', message = ''] = row.split('\t');
  return { logType, level, logIdServer, logId: logIdServer.split('|')[0] ?? '', message };
}

function toEvent(lines: readonly Line[]): LoadedEvent {
  const { logType = '', logId = '' } = lines[0] ?? {};
  const event = { logId, logType, lines, targets: targetsOf(lines) };
  const value = (start: string, nth = 1): string | undefined => {
    const line = lines.find(({ message }) => message.startsWith(start));
    return line && textBetween(line.message, nth);
  };
  const has = (pattern: RegExp): boolean => lines.some(({ message }) => pattern.test(message));
  if (logType === 'AppUpdate')
    return {
      ...event,
      host: value('Originator Node HostName'),
      appId: value('Requesting app/full info on'),
      appName: value('App Name'),
      node: value('App updated on node'),
      approver: value('App updated on node', 3),
      owner: value('App updated on node', 5),
      isPublished: !lines.some(({ message }) => /^A.*published/i.test(message) && /not/i.test(message)),
      properties: value('App Number of Custom Properties'),
      isApproved: has(/^Promotion has been.*approved/),
      version: value('App s3 version id'),
    };
  const isSent = has(/^Successfully sent the email to/);
  if (logType === 'ApprovalStatusEmailer')
    return {
      ...event,
      appName: value('Requesting user info on', 3),
      user: value('User:'),
      address: has(/^User email.*not found/) ? undefined : value('User email'),
      isSent,
    };
  const list = lines.find(({ message }) => message.startsWith('Recipient list:'))?.message;
  return {
    ...event,
    appName: value('App Name'),
    owner: value('App Owner:'),
    stream: value('Published to stream Name:'),
    recipients: /\[(.*)\]/
      .exec(list ?? '')?.[1]
      ?.replaceAll("'", '')
      .split(', '),
    isSent,
  };
}

function targetsOf(lines: readonly Line[]): LoadedEvent['targets'] {
  const ofTargets = lines.filter(({ logIdServer, logId }) => logIdServer !== logId);
  const targets: Record<string, { streams: string[]; from?: string; to?: string }> = {};
  for (const { logIdServer, message } of ofTargets) {
    const target = (targets[logIdServer.split('|')[1] ?? ''] ??= { streams: [] });
    if (message.startsWith('Stream found')) target.streams.push(textBetween(message) ?? '');
    if (message.startsWith('App promoted from'))
      Object.assign(target, { from: textBetween(message), to: textBetween(message, 3) });
  }
  return targets;
}

/** As Qlik's TextBetween with single quotes: from the so-many-th quote to the next. */
function textBetween(message: string, nth = 1): string | undefined {
  return message.split("'")[nth];
}
