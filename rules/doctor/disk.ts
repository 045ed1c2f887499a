import { broken, type Finding, look, ok } from '../../common/finding.ts';

const GB = 1024 ** 3;
/** With less than this, the next export of a larger app fails. */
const FULL_BYTES = GB;
/** Below this, and below a tenth of the disk, it is time to look. */
const NEARLY_FULL_BYTES = 10 * GB;
const NEARLY_FULL_SHARE = 0.1;

/** What is known of a folder that Waybill writes to. */
export interface FolderRoom {
  readonly folder: string;
  /** The setting that names it. */
  readonly setting: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Why nothing can be written there; undefined where it can. */
  readonly notWritable?: string;
}

/** Whether a folder can be written to, and has room. Broken where it cannot or has less than 1 GB free. */
export function diskFinding(subject: string, room: FolderRoom): Finding {
  const about = ['worker.disk', subject] as const;
  const { folder, setting, freeBytes, totalBytes, notWritable } = room;
  if (notWritable !== undefined) {
    const remedy = `Let the account that runs Waybill write to ${folder}, or set ${setting} to another folder.`;
    return broken(about, `Nothing can be written to ${folder}: ${notWritable}.`, remedy);
  }
  const free = `${gigabytes(freeBytes)} of ${gigabytes(totalBytes)} are free on the disk of ${folder}`;
  const remedy = `Make room there, set ${setting} to a folder on a larger disk, or keep exported apps for a shorter time (artifacts.keep).`;
  if (freeBytes < FULL_BYTES) return broken(about, `Only ${free}.`, remedy);
  const isNearlyFull = freeBytes < NEARLY_FULL_BYTES && freeBytes < totalBytes * NEARLY_FULL_SHARE;
  return isNearlyFull ? look(about, `Only ${free}.`, remedy) : ok(about, `${free}.`);
}

function gigabytes(sizeBytes: number): string {
  return `${(sizeBytes / GB).toFixed(1)} GB`;
}
