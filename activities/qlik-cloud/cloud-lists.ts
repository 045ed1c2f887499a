import type { z } from 'zod';
import { pageOf } from './answers.ts';
import type { CloudCall } from './cloud-call.ts';
import type { CloudHttp } from './cloud-http.ts';
import { unreadable } from './parse-answer.ts';
import type { CallPlace } from './cloud-call.ts';

/** The largest page that Qlik Cloud gives (Qlik Cloud facts, section 2). */
export const pageEntries = 100;

/**
 * The pages of a list, one after the other, until there is no other, or `mostPages` are read. A link to the next page is
 * followed within the tenant only, whatever host it names. An entry that is not as documented is left out, for it must not hide
 * the others; a page with nothing but such entries cannot be read.
 */
export async function* readPages<Entry extends z.ZodType>(
  http: CloudHttp,
  place: CallPlace,
  call: CloudCall,
  entry: Entry,
  mostPages: number,
): AsyncGenerator<{ readonly entries: readonly z.output<Entry>[]; readonly isLast: boolean }> {
  const schema = pageOf(entry.optional().catch(undefined));
  const seen = new Set<string>();
  let next = call;
  for (let page = 1; page <= mostPages; page++) {
    const { data, links } = await http.json(next, schema);
    const entries = data.filter((one): one is NonNullable<typeof one> => one !== undefined);
    if (data.length > 0 && entries.length === 0) throw unreadable(call, place, 'no entry is as documented');
    const href = links?.next?.href;
    const path = href === undefined ? undefined : pathOf(href);
    const isLast = path === undefined || seen.has(path);
    yield { entries: entries as z.output<Entry>[], isLast };
    if (isLast) return;
    seen.add(path);
    next = { ...call, path, query: {} };
  }
}

function pathOf(href: string): string | undefined {
  const base = 'https://tenant';
  if (!URL.canParse(href, base)) return undefined;
  const { pathname, search } = new URL(href, base);
  return `${pathname}${search}`;
}
