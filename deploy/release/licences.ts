import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type?: string };
}

const licenceFile = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** Writes `THIRD-PARTY-LICENCES.txt`: each library of the folder with its licence and the texts that it brings. */
export async function writeLicences(folder: string): Promise<void> {
  const parts = [
    'Waybill itself: see LICENSE. What it brings with it:',
    'Programs in servers/, where there are any, are those of Temporal (MIT) and Versity S3 Gateway (Apache-2.0).',
  ];
  for (const place of await packagesBelow(path.join(folder, 'node_modules'))) parts.push(await licenceOf(place));
  await writeFile(path.join(folder, 'THIRD-PARTY-LICENCES.txt'), `${parts.join('\n\n')}\n`);
}

async function packagesBelow(modules: string): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(modules, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const owner = path.basename(entry.parentPath);
    const above = path.basename(path.dirname(entry.parentPath));
    const isPackage = above === 'node_modules' || (above.startsWith('@') && owner !== 'node_modules');
    if (entry.name === 'package.json' && isPackage) found.push(entry.parentPath);
  }
  return found.toSorted();
}

async function licenceOf(place: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(path.join(place, 'package.json'), 'utf8')) as Package;
  const kind = typeof license === 'string' ? license : (license?.type ?? 'see below');
  const files = (await readdir(place)).filter((file) => licenceFile.test(file)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(path.join(place, file), 'utf8')));
  return [`==== ${name} ${version}: ${kind}`, ...texts.map((text) => text.trim())].join('\n\n');
}
