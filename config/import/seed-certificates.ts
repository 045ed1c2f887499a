import path from 'node:path';
import type { ImportBook } from './import-book.ts';
import type { CertificateFolder, SeedFolder } from './read-seed.ts';

const needed = ['client.pem', 'client_key.pem'];
const again = 'export the certificates of this site anew in its QMC, in PEM format, and put all three files here.';

/**
 * The folder of a site's certificates, absolute; it may be that it has to be made. `name` is how the old program called
 * it, which on Windows counts in any case; `alias` names it where there is none.
 */
export function certificatesOf(book: ImportBook, seed: SeedFolder, name: string, alias: string): string {
  const at = `sites.${alias}.certificates`;
  const found = folderOf(seed, name);
  if (found === undefined) {
    book.look(`Certificates/${name}`, `This folder is not there: make it, ${again}`, at);
    return path.join(seed.path, 'Certificates', name === localServer ? localServer : alias);
  }
  book.carry(found.key, at);
  for (const file of needed)
    if (!found.files.includes(file)) book.look(found.key, `${file} is not there: ${again}`, at);
  if (!found.files.includes('root.pem'))
    book.look(
      found.key,
      `root.pem is not there, and without it Waybill cannot verify the certificate of the site: ${again}`,
      at,
    );
  return found.path;
}

/** The old program's folder for the certificates of the source. */
export const localServer = 'LocalServerCerts';

function folderOf({ certificates }: SeedFolder, name: string): CertificateFolder | undefined {
  const isNamed = ({ key }: CertificateFolder): boolean => key.toLowerCase() === `certificates/${name}`.toLowerCase();
  return certificates.find(({ key }) => key === `Certificates/${name}`) ?? certificates.find(isNamed);
}
