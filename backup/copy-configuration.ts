import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { namedPaths, type NamedPath } from '../config/named-paths.ts';
import { isMadeByWaybill } from '../config/installation-secret.ts';
import type { Config } from '../config/types.ts';
import { secretsIn } from '../config/unreadable-secrets.ts';
import { copyHashed } from './hashed-file.ts';
import type { BackedUpFile, NotCopied } from './manifest.ts';

export interface CopiedConfiguration {
  readonly files: readonly BackedUpFile[];
  readonly notCopied: readonly NotCopied[];
}

/** Programs and their cache are installed again, not put back. */
const PROGRAMS = ['temporal.devServer.executable', 'temporal.devServer.cacheFolder'];
const FOLDER = 'configuration';
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/**
 * Copies the configuration file and what it names by its path into a new backup, but nothing that is secret: no private
 * key, no file that a secret is read from, and not the configuration itself where a secret is written in it. These are
 * told, for somebody has to keep them elsewhere.
 * @throws file errors
 */
export async function copyConfiguration(
  config: Config,
  configFile: string,
  backupFolder: string,
): Promise<CopiedConfiguration> {
  const home = path.dirname(configFile);
  const secrets = secretsIn(config, '');
  const written = secrets.filter(([, ref]) => !ref.describe().startsWith('${'));
  const notCopied: NotCopied[] = [...kept(config), ...outsideSecrets(secrets)];
  const found = await Promise.all(namedPaths(config).filter(isPublic).map(filesOf));
  const wanted = new Set(found.flatMap((one) => one.files));
  notCopied.push(...found.flatMap((one) => one.notCopied));
  if (written.length === 0) wanted.add(configFile);
  else notCopied.push({ what: configFile, why: `a secret is written in it: ${written.map(([at]) => at).join(', ')}` });
  const files: BackedUpFile[] = [];
  const secretFiles = new Set(secrets.flatMap(([, ref]) => filesNamed(ref.describe(), home)));
  for (const file of wanted) {
    if (secretFiles.has(file)) continue;
    const stoodAt = path.relative(home, file);
    if (stoodAt.startsWith('..') || path.isAbsolute(stoodAt)) {
      notCopied.push({ what: file, why: 'it stands outside the folder of the configuration file' });
      continue;
    }
    if (PRIVATE_KEY.test(await readFile(file, 'latin1'))) {
      notCopied.push({ what: file, why: 'it holds a private key' });
      continue;
    }
    const name = path.join(FOLDER, stoodAt);
    await mkdir(path.dirname(path.join(backupFolder, name)), { recursive: true, mode: 0o700 });
    const facts = await copyHashed(file, path.join(backupFolder, name));
    files.push({ part: 'configuration', name: slashed(name), stoodAt: slashed(stoodAt), ...facts });
  }
  return { files, notCopied };
}

/** The same names on every system. */
function slashed(name: string): string {
  return name.replaceAll('\\', '/');
}

function isPublic({ setting }: NamedPath): boolean {
  return !isPrivate(setting) && !PROGRAMS.includes(setting);
}

function isPrivate(setting: string): boolean {
  return setting.endsWith('.key') || /^sites\.[^.]+\.certificates$/.test(setting);
}

/** Private keys, and the secret that Waybill made for itself. */
function kept(config: Config): NotCopied[] {
  const keys = namedPaths(config).filter(({ setting }) => isPrivate(setting));
  const own = path.join(config.dataFolder, 'installation-secret');
  return [
    ...keys.map((one) => ({ what: one.path, why: `${one.setting}: it is, or holds, a private key` })),
    ...(isMadeByWaybill(config.installation.secret)
      ? [{ what: own, why: 'installation.secret: it is a secret; without it, addresses of callbacks change' }]
      : []),
  ];
}

/** Secrets that stand in variables and files. */
function outsideSecrets(secrets: ReturnType<typeof secretsIn>): NotCopied[] {
  return secrets
    .filter(([, ref]) => ref.describe().startsWith('${'))
    .map(([setting, ref]) => ({ what: ref.describe(), why: `${setting}: it is a secret` }));
}

/** The files that the description of a secret names. */
function filesNamed(description: string, home: string): string[] {
  return [...description.matchAll(/\$\{file:([^}]+)\}/g)].map(([, name = '']) => path.resolve(home, name.trim()));
}

/** The file, or every file of the folder. */
async function filesOf({ setting, path: place }: NamedPath): Promise<{ files: string[]; notCopied: NotCopied[] }> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) return { files: [], notCopied: [{ what: place, why: `${setting}: it is not there` }] };
  if (!found.isDirectory()) return { files: [place], notCopied: [] };
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return {
    files: entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)),
    notCopied: [],
  };
}
