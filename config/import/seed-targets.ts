import { z } from 'zod';
import { hostName } from '../sections/sites.ts';
import type { ImportBook } from './import-book.ts';
import { type Settings, settled } from './import-values.ts';
import type { SeedFolder } from './read-seed.ts';
import { aliasFor } from './seed-alias.ts';
import { certificatesOf } from './seed-certificates.ts';
import { line, promotion } from './seed-values.ts';

const servers = `${promotion}.remote_servers`;
const mostServers = 100;

/**
 * The sites that apps go to, by alias: at least one, made up where none can be carried over. `hosts`, in small letters,
 * are taken; those of the targets are added.
 */
export function targetsOf(book: ImportBook, seed: SeedFolder, hosts: Set<string>): Map<string, Settings> {
  const targets = new Map<string, Settings>();
  const length = book.read(servers, z.array(z.unknown()).max(mostServers))?.length ?? 0;
  for (let index = 0; index < length; index += 1) takeTarget(book, seed, index, { hosts, targets });
  if (targets.size > 0) return targets;
  book.look(servers, 'No server to promote to could be carried over: write one here.', 'sites.test');
  const certificates = certificatesOf(book, seed, 'test', 'test');
  return targets.set('test', { hosts: ['target.invalid'], certificates });
}

interface Taken {
  readonly hosts: Set<string>;
  readonly targets: Map<string, Settings>;
}

function takeTarget(book: ImportBook, seed: SeedFolder, index: number, { hosts, targets }: Taken): void {
  const key = `${servers}[${index}]`;
  const host = book.read(`${key}.remote_server`, line.pipe(hostName));
  if (host === undefined) {
    book.drop(key, 'It names no host that can be used.');
    return;
  }
  if (hosts.has(host.toLowerCase())) {
    book.drop(key, 'The source or another server has this host: a site stands once, and gets no apps of its own.');
    return;
  }
  hosts.add(host.toLowerCase());
  const written = book.read(`${key}.server_alias`, line);
  const wanted = written ?? host.split('.')[0] ?? host;
  const alias = aliasFor(wanted, targets);
  const at = `sites.${alias}`;
  book.carry(`${key}.remote_server`, `${at}.hosts`);
  if (written !== undefined) book.carry(`${key}.server_alias`, at);
  tellAlias(book, `${key}.server_alias`, { written, alias, isTaken: alias !== aliasFor(wanted, new Set()) });
  const label = written === alias ? undefined : written;
  const certificates = certificatesOf(book, seed, written?.toLowerCase() ?? alias, alias);
  targets.set(alias, settled({ hosts: [host], certificates, label }) ?? {});
}

interface ChosenAlias {
  readonly written: string | undefined;
  readonly alias: string;
  /** Whether another server has the alias that this one would have had. */
  readonly isTaken: boolean;
}

/** Values of the server property name the alias, in any case (Seed program facts, sections 1 and 3). */
function tellAlias(book: ImportBook, key: string, { written, alias, isTaken }: ChosenAlias): void {
  const at = `sites.${alias}`;
  const values = `Give the server property the values "${alias} - Overwrite" and "${alias} - Duplicate" in the QMC.`;
  if (written === undefined) book.look(key, `No alias could be carried over; it is "${alias}" now. ${values}`, at);
  else if (isTaken)
    book.look(
      key,
      `Another server has this alias already, and the old program sent to that one twice. This one is "${alias}" now. ${values}`,
      at,
    );
  else if (written.toLowerCase() !== alias)
    book.look(key, `An alias holds a-z, 0-9 and "-" only, so it is "${alias}" now. ${values}`, at);
  else if (written !== alias)
    book.change(key, 'An alias has small letters. Values of the server property match in any case, as before.', at);
  if (written?.includes('-'))
    book.change(key, 'The old program looked at what stands before the first "-", so this alias never matched.', at);
}
