import type { SecretRef } from '../secret-ref.ts';
import { ImportBook, type Imported } from './import-book.ts';
import { settled } from './import-values.ts';
import { type SeedFolder, streamMapKey } from './read-seed.ts';
import { mailOf } from './seed-mail.ts';
import { loggingOf, versioningOf } from './seed-operation.ts';
import { sitesOf } from './seed-sites.ts';
import { sourceOf } from './seed-source.ts';
import { promotion, whole } from './seed-values.ts';

/** What the old program is called in what people read. */
export const seedProgram = 'the old program';

export interface SeedImport {
  readonly imported: Imported;
  /** For the variable that the settings name; not there where it could not be copied. Masked when it is printed. */
  readonly mailPassword?: SecretRef;
}

/**
 * The configuration of the old Python program as settings of Waybill. Every key and every file of it is told of.
 */
export function importSeed(seed: SeedFolder): SeedImport {
  const book = new ImportBook(seed.values, { program: seedProgram, beside: filesOf(seed) });
  const { sites, source, targets, isHere } = sitesOf(book, seed);
  const sourceSettings = sourceOf(book, seed, { alias: source, isHere });
  const listener = settled({ port: book.take('port', 'listener.port', whole(1, 65_535)) });
  const { mail, password } = mailOf(book);
  const settings = settled({
    sites,
    sources: { [source]: sourceSettings },
    targets: Object.fromEntries(targets.map((alias) => [alias, {}])),
    versioning: versioningOf(book),
    mail,
    listener,
    logging: loggingOf(book),
  });
  if (seed.consoleKey !== undefined)
    book.drop(
      seed.consoleKey,
      'Settings are made in the file; `waybill config check` takes the place of the old page.',
    );
  tellChanges(book);
  return { imported: book.imported(settings ?? {}), ...(password && { mailPassword: password }) };
}

function filesOf({ certificates, streamMap, consoleKey }: SeedFolder): string[] {
  const others = [streamMap === undefined ? undefined : streamMapKey, consoleKey];
  return [...certificates.map(({ key }) => key), ...others.filter((key) => key !== undefined)];
}

/** What every promotion meets, whatever the settings are. */
function tellChanges(book: ImportBook): void {
  const approval = `${promotion}.custom_property_name_promote_approval`;
  const servers = `${promotion}.remote_servers`;
  book.change(approval, 'Only whole values count: "Disapprove" approves nothing. Words of your own go under words.');
  book.change(approval, 'Approve beside Deny is a conflict: nothing happens until one of them is gone.');
  book.change(
    approval,
    'An app that changes after its approval needs another one (whenChanged: promoteLatest is the old way).',
  );
  book.change('Certificates', 'The certificates of the sites are verified, each against its root.pem.');
  book.change(servers, 'Where Overwrite meets several apps it stops and asks (whenSeveral: all is the old way).');
  book.change(servers, 'The stamp stands before the description, which is kept; both are cut at 512 characters.');
  book.change(servers, 'A new app belongs to the same user as at the source, where the target knows that user.');
  book.change(servers, 'The source is touched only when every target is verified.');
}
