import { waybillError } from '../common/errors/catalogue.ts';
import type { WaybillError } from '../common/errors/waybill-error.ts';
import { UNIT_BYTES } from './layout.ts';
import type { QvfFile } from './qvf-file.ts';

const LF = 0x0a;
const CR = 0x0d;
const PIECE_BYTES = 1024 * 1024;
const LOOKED_AT_BYTES = 64 * PIECE_BYTES;
/** Of packed bytes, one in 65,536 pairs is CR LF. */
const BYTES_FOR_A_PAIR = 65_536;
/** So many pairs would stand in a whole file, and none does: that is no chance. */
const SURE_PAIRS = 6;
/** The damaged files seen were 1 to 3 bytes short (QVF facts, section 5). */
const FEW_BYTES = 8;

interface LineEnds {
  /** LF without CR in front of it. */
  readonly bare: number;
  /** CR LF. */
  readonly pairs: number;
  readonly firstOffset: number;
}

/**
 * The error of a file whose line ends were changed, as git or FTP do to what they take for text; undefined when a size
 * that no QVF can have has another reason. Looks at no more than the first 64 MiB.
 */
export async function whyLineEndsChanged(file: QvfFile): Promise<WaybillError | undefined> {
  const { sizeBytes } = file;
  const { bare, pairs, firstOffset } = await countLineEnds(file);
  const looked = Math.min(sizeBytes, LOOKED_AT_BYTES);
  const isSure = looked >= SURE_PAIRS * BYTES_FOR_A_PAIR;
  const lacking = UNIT_BYTES - (sizeBytes % UNIT_BYTES);
  if (pairs === 0 && bare > 0 && (isSure || lacking <= FEW_BYTES)) {
    return lineEndsChanged(file, 'no CR LF is left in it, and it has become too short by as many bytes', firstOffset);
  }
  // One byte in 256 is LF: that all of them have a CR in front is no chance even in a small file.
  if (bare === 0 && pairs > 0) {
    return lineEndsChanged(file, 'every LF in it has become CR LF, and it is too long by as many bytes', firstOffset);
  }
  return undefined;
}

async function countLineEnds(file: QvfFile): Promise<LineEnds> {
  const end = Math.min(file.sizeBytes, LOOKED_AT_BYTES);
  let [bare, pairs, firstOffset, last] = [0, 0, -1, 0];
  for (let at = 0; at < end; at += PIECE_BYTES) {
    const piece = await file.read(at, Math.min(PIECE_BYTES, end - at));
    for (let found = piece.indexOf(LF); found >= 0; found = piece.indexOf(LF, found + 1)) {
      if ((found === 0 ? last : piece[found - 1]) === CR) pairs += 1;
      else bare += 1;
      if (firstOffset < 0) firstOffset = at + found;
    }
    last = piece.at(-1) ?? 0;
  }
  return { bare, pairs, firstOffset };
}

function lineEndsChanged(file: QvfFile, reason: string, offset: number): WaybillError {
  return waybillError('WAYBILL_QVF_LINE_ENDS_CHANGED', { file: file.name, reason, offset });
}
