import type { ImportBook } from './import-book.ts';
import { type Settings, settled } from './import-values.ts';
import { line, takeSwitch, versioning, whole } from './seed-values.ts';

/** Versions in S3. */
export function versioningOf(book: ImportBook): Settings | undefined {
  const isOn = takeSwitch(book, `${versioning}.enabled`, 'versioning.mode', 'anyCase');
  const isAuto = takeSwitch(book, `${versioning}.auto_version_on_promote`, 'versioning.mode', 'anyCase');
  const bucket = book.take(`${versioning}.s3_bucket`, 'versioning.bucket', line);
  const prefix = book.take(`${versioning}.prefix`, 'versioning.prefix', line);
  if (isOn && bucket === undefined)
    book.look(
      `${versioning}.s3_bucket`,
      'No bucket could be carried over: set one, and switch versions on.',
      'versioning',
    );
  if (isOn && bucket !== undefined) {
    book.change(
      `${versioning}.enabled`,
      'A version is kept before the promotion, under the id of the app; a bucket without versioning is refused.',
    );
    book.look(
      `${versioning}.s3_bucket`,
      'Where nothing else on this machine tells AWS the region, set versioning.region.',
      'versioning.bucket',
    );
  }
  const on = isAuto ? 'always' : 'byProperty';
  const mode = isOn && bucket !== undefined ? on : 'off';
  return settled({ mode: isOn === undefined ? undefined : mode, bucket, prefix });
}

/** Both kinds of logs become one, with what held for most of them. */
export function loggingOf(book: ImportBook): Settings | undefined {
  const level = levelOf(book);
  const most = Number.MAX_SAFE_INTEGER;
  const [size, otherSize] = ['other_logs_bytes', 'notification_log_bytes'].map((name) =>
    book.read(`logging.${name}`, whole(1, most)),
  );
  const [keep, otherKeep] = ['other_logs_rolling_backup_num', 'notification_log_rolling_backup_num'].map((name) =>
    book.read(`logging.${name}`, whole(1, 1000)),
  );
  carryFirst(book, [size, otherSize], ['other_logs_bytes', 'notification_log_bytes'], 'logging.maxSize');
  carryFirst(
    book,
    [keep, otherKeep],
    ['other_logs_rolling_backup_num', 'notification_log_rolling_backup_num'],
    'logging.keep',
  );
  const bytes = size ?? otherSize;
  const settings = settled({
    level,
    maxSize: bytes === undefined ? undefined : `${bytes}B`,
    keep: keep ?? otherKeep,
  });
  if (settings === undefined) return undefined;
  book.change('logging', 'One log for everything, with a line of JSON for each entry, in dataFolder.', 'logging');
  return { file: 'waybill.log', ...settings };
}

function levelOf(book: ImportBook): 'info' | 'debug' | undefined {
  const written = book.take('logging.log_level', 'logging.level', line)?.toUpperCase();
  if (written !== undefined && written !== 'INFO' && written !== 'DEBUG')
    book.look('logging.log_level', 'The old program took everything but INFO for DEBUG.', 'logging.level');
  if (written === undefined) return undefined;
  return written === 'INFO' ? 'info' : 'debug';
}

function carryFirst(
  book: ImportBook,
  values: readonly (number | undefined)[],
  names: readonly string[],
  setting: string,
): void {
  const first = values.findIndex((value) => value !== undefined);
  for (const [index, name] of names.entries()) {
    if (index === first) book.carry(`logging.${name}`, setting);
    else book.drop(`logging.${name}`, 'One log for everything: the value of the other log is used.');
  }
}
