import { hostName } from '../sections/sites.ts';
import type { ImportBook } from './import-book.ts';
import { type Settings, settled } from './import-values.ts';
import type { SeedFolder } from './read-seed.ts';
import { aliasFor } from './seed-alias.ts';
import { certificatesOf, localServer } from './seed-certificates.ts';
import { targetsOf } from './seed-targets.ts';
import { line, promotion, takeSwitch } from './seed-values.ts';

/** The sites, the source first, and which of them are what. */
export interface SeedSites {
  readonly sites: Settings;
  readonly source: string;
  readonly targets: readonly string[];
  /** Whether the old program ran on the server of the source. */
  readonly isHere: boolean;
}

/** What cannot be carried over of a site that has to be there gets a stand-in, which is noted. */
export function sitesOf(book: ImportBook, seed: SeedFolder): SeedSites {
  const installed = 'installed_on_sense_server';
  const isHere = takeSwitch(book, installed, 'sites', 'exact') ?? true;
  const publicHost = book.read(`${promotion}.local_server_FQDN`, line.pipe(hostName));
  const host = isHere ? 'localhost' : sourceHost(book);
  const hosts = new Set([host ?? '', isHere ? (publicHost ?? '') : ''].map((one) => one.toLowerCase()));
  const targets = targetsOf(book, seed, hosts);
  const source = ['dev', 'source'].find((one) => !targets.has(one)) ?? aliasFor('source', targets);
  const at = `sites.${source}`;
  if (publicHost !== undefined) book.carry(`${promotion}.local_server_FQDN`, `${at}.publicHost`);
  tellHost(book, at, { isHere, host, publicHost });
  const user = userOf(book, at);
  const own = settled({
    hosts: [host ?? 'source.invalid'],
    certificates: certificatesOf(book, seed, localServer, source),
    serverName: isHere ? publicHost : undefined,
    publicHost,
  });
  const named = [[source, own ?? {}] as const, ...targets];
  const sites = Object.fromEntries(named.map(([alias, site]) => [alias, settled({ ...site, user })]));
  return { sites, source, targets: [...targets.keys()], isHere };
}

/**
 * The program reads this key at the top of the file, where somebody had to write it by hand (Seed program facts,
 * section 10, defect 41).
 */
function sourceHost(book: ImportBook): string | undefined {
  const keys = ['local_server', `${promotion}.local_server`];
  const [read, meant] = keys.map((key) => book.read(key, line.pipe(hostName)));
  const [key, other] = read === undefined ? [keys[1] ?? '', keys[0] ?? ''] : [keys[0] ?? '', keys[1] ?? ''];
  if ((read ?? meant) !== undefined) book.carry(key, 'sites');
  book.drop(other, 'The program did not use this one.');
  if (read !== undefined && meant !== undefined && read.toLowerCase() !== meant.toLowerCase())
    book.look(key, 'Another server stands under the other local_server. Which is the source?', 'sites');
  return read ?? meant;
}

interface SourceHost {
  readonly isHere: boolean;
  readonly host: string | undefined;
  readonly publicHost: string | undefined;
}

function tellHost(book: ImportBook, at: string, { isHere, host, publicHost }: SourceHost): void {
  const fqdn = `${promotion}.local_server_FQDN`;
  if (!isHere) {
    if (host === undefined)
      book.look(
        `${promotion}.local_server`,
        'No host of the source could be carried over: write it here.',
        `${at}.hosts`,
      );
    return;
  }
  for (const key of ['local_server', `${promotion}.local_server`])
    book.drop(key, 'installed_on_sense_server is on, so the program did not use this.');
  book.look(
    'installed_on_sense_server',
    'localhost is right only where Waybill runs on this server too; else name the host.',
    `${at}.hosts`,
  );
  if (publicHost === undefined)
    book.look(
      fqdn,
      "The site's certificate is hardly issued for localhost: put the name that it was issued for into serverName.",
      at,
    );
  else
    book.look(
      fqdn,
      "The site's certificate is not issued for localhost, and is verified: is this the name that it was issued for?",
      `${at}.serverName`,
    );
}

/** One account for all sites. */
function userOf(book: ImportBook, at: string): Settings | undefined {
  const directory = book.take(`${promotion}.user_directory`, `${at}.user.directory`, line);
  const id = book.take(`${promotion}.user_id`, `${at}.user.id`, line);
  if (directory !== undefined && directory.toUpperCase() !== 'INTERNAL')
    book.change(
      `${promotion}.user_directory`,
      'This account counts as a service account at every site: what it sets itself approves nothing.',
      `${at}.user`,
    );
  return settled({ directory, id });
}
