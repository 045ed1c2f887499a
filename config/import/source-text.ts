import { readFile, stat } from 'node:fs/promises';
import { waybillError } from '../../common/errors/catalogue.ts';
import { strictText } from '../text-file.ts';

const most = 2 * 1024 * 1024;

/**
 * The text of a file of another program, at most 2 MB: UTF-8 or, with `any`, UTF-16 too. Safe to repeat.
 * @throws WAYBILL_IMPORT_UNREADABLE
 */
export async function sourceText(file: string, encoding: 'utf-8' | 'any'): Promise<string> {
  const unreadable = (reason: string, cause?: unknown) =>
    waybillError('WAYBILL_IMPORT_UNREADABLE', { file, reason }, cause === undefined ? {} : { cause });
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(cause.code === 'ENOENT' ? 'it does not exist' : String(cause.code), cause);
  });
  if (!found.isFile()) throw unreadable('it is no file');
  if (found.size > most) throw unreadable('it has more than 2 MB, which no configuration has');
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(String(cause.code), cause);
  });
  const text = strictText(bytes, encoding);
  if (text === undefined) throw unreadable('it is no text in UTF-8; save it as UTF-8');
  return text;
}
