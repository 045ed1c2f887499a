import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { waybillError } from '../common/errors/catalogue.ts';

/** The name of the list in the folder of a backup; it is written last, so a folder with one is whole. */
export const MANIFEST = 'manifest.json';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const sizeBytes = z.number().int().min(0);
/** A relative path that stays where it is taken from: a list that somebody changed must not reach anywhere else. */
const inside = z.string().refine((name) => !/^[\\/]|^[a-z]:|(^|[\\/])\.\.([\\/]|$)/i.test(name));

const manifestSchema = z.object({
  format: z.literal(1),
  /** Version of the Waybill that made it. */
  waybill: z.string(),
  madeAtUtc: z.iso.datetime(),
  installation: z.string(),
  ledger: z.enum(['sqlite', 'postgres']),
  /** Name of the configuration file, in its folder. */
  configurationFile: z.string(),
  files: z.array(
    z.object({
      part: z.enum(['temporal', 'ledger', 'configuration']),
      /** In the folder of the backup. */
      name: inside,
      /** Of a file of the configuration: where it stood, from the folder of the configuration file on. */
      stoodAt: inside.optional(),
      sizeBytes,
      sha256,
    }),
  ),
  /** Files of apps, which all backups of one folder share. */
  artifacts: z.array(z.object({ sha256, sizeBytes })),
  /** Id of the folder that they are from; open promotions ask for their file in the store of this id. */
  artifactStore: z.string().nullable(),
  /** What a restore needs and the backup does not hold. */
  notCopied: z.array(z.object({ what: z.string(), why: z.string() })),
});

/** What a backup holds. Sizes are bytes, times UTC. Fields are added to it, never renamed or removed. */
export type Manifest = z.infer<typeof manifestSchema>;
export type BackedUpFile = Manifest['files'][number];
export type NotCopied = Manifest['notCopied'][number];

/** Writes the list into the folder of a backup. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  await writeFile(path.join(folder, MANIFEST), text, { mode: 0o600, flush: true });
}

/** The list of a backup. @throws WAYBILL_BACKUP_UNREADABLE */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, MANIFEST);
  try {
    return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw waybillError('WAYBILL_BACKUP_UNREADABLE', { file, reason }, { cause });
  }
}
