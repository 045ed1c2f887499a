import { z } from 'zod';
import { integer, mailAddress, url } from '../setting.ts';
import type { ImportBook } from './import-book.ts';
import { text } from './import-values.ts';

/** Lines of a script log, as many as Waybill shows at most. */
export const lines = integer(0, 500);

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** Seconds, as Butler counts them, as a duration of Waybill. */
export function durationText(seconds: number): string | 0 {
  if (seconds === 0) return 0;
  if (!Number.isInteger(seconds)) return `${Math.round(seconds * 1000)}ms`;
  const unit = units.find(([, length]) => seconds % length === 0);
  return unit === undefined ? `${seconds}s` : `${seconds / unit[1]}${unit[0]}`;
}

/** Whether a text is one of those that Butler's own template has in place of a real value. */
export function isSample(value: string): boolean {
  return /^<.*>$|^\/path\/to\b|^(my\.mqttbroker\.net|mqttbroker\.company\.com|my\.emailhost\.net)$/i.test(value);
}

/** An address without a password in it; one with a password is noted and left out. */
export function takeUrl(source: ImportBook, key: string, setting: string): string | undefined {
  const address = source.read(key, url());
  if (address === undefined) return undefined;
  if (holdsSecret(address)) return source.drop(key, 'It holds a password or a key, which is not copied.');
  source.carry(key, setting);
  return address;
}

function holdsSecret(address: string): boolean {
  const { username, password, searchParams } = new URL(address);
  const isSecret = (name: string): boolean => /token|secret|passw|(^|[_-])(api)?key$|^sig(nature)?$|^code$/i.test(name);
  return username !== '' || password !== '' || [...searchParams.keys()].some(isSecret);
}

const entry = z.union([z.string(), z.object({ email: z.string() }).transform(({ email }) => email)]);

/** A list of mail addresses, each once; Butler has them as text or under `email`. */
export function takeAddresses(source: ImportBook, key: string, setting: string): string[] | undefined {
  const items = source.take(key, setting, z.array(z.unknown()).max(1000));
  if (items === undefined) return undefined;
  const addresses = items.flatMap((item, index) => {
    const address = entry.pipe(mailAddress()).safeParse(item);
    const one = `${key}[${index}]`;
    const isFit = address.success && !address.data.includes('${');
    if (!isFit) source.look(one, 'This is no mail address; it was left out.', setting);
    return isFit ? [address.data] : [];
  });
  return [...new Set(addresses)];
}

/** A Handlebars file. One that the template of Butler only gives as an example is left out. */
export function takeTemplate(source: ImportBook, key: string, setting: string): string | undefined {
  const file = source.read(key, text);
  if (file === undefined) return undefined;
  if (isSample(file))
    return source.drop(key, "This is the example of Butler's template; Waybill's own message is sent.");
  source.carry(key, setting);
  lookAtTemplate(source, key, setting, file);
  return file;
}

export function lookAtTemplate(source: ImportBook, key: string, setting: string, file: string): void {
  if (/failed-reload-qscloud-workflow\.handlebars$/i.test(file))
    source.look(key, "Butler's example names this file, but Butler brings none of this name. Is it there?", setting);
  if (!/^([a-z]:[\\/]|[\\/])/i.test(file))
    source.look(key, 'Butler takes this path from where it is started, Waybill from the folder of this file.', setting);
}

/** Handlebars text. Reloads in Qlik Cloud have no task: `{{taskName}}` becomes the name of the app. */
export function takeHandlebars(source: ImportBook, key: string, setting: string): string | undefined {
  const written = source.take(key, setting, text);
  if (written === undefined) return undefined;
  const filled = written.replaceAll(/(\{\{\{?\s*)taskName(\s*\}?\}\})/g, '$1appName$2');
  if (filled !== written)
    source.change(
      key,
      'A reload in Qlik Cloud has no task, so {{taskName}} was empty; {{appName}} stands here now.',
      setting,
    );
  return filled;
}
