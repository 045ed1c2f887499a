import { ROOT_OFFSET, UNIT_BYTES } from './layout.ts';
import { whyLineEndsChanged } from './line-ends.ts';
import type { QvfFile } from './qvf-file.ts';

const MAGIC = Buffer.from([0xff, 0xff, 0x01, 0x00]);

/** What stands in the first unit of every file seen (QVF facts, section 1). */
const FIELDS = [
  { at: 4, value: 1729n, isLong: false },
  { at: 8, value: 0n, isLong: false },
  { at: 12, value: BigInt(UNIT_BYTES), isLong: false },
  { at: 16, value: 1n, isLong: false },
  { at: 0x40, value: BigInt(ROOT_OFFSET), isLong: true },
  { at: 0x48, value: BigInt(UNIT_BYTES), isLong: true },
] as const;

/**
 * Nothing when the file begins as a QVF does and has a size that one can have.
 * @throws WAYBILL_QVF_NOT_A_QVF, WAYBILL_QVF_TRUNCATED, WAYBILL_QVF_LINE_ENDS_CHANGED, WAYBILL_QVF_UNSUPPORTED
 */
export async function checkHeader(file: QvfFile): Promise<void> {
  const { sizeBytes } = file;
  if (sizeBytes === 0) throw file.notAQvf('it is empty');
  const header = await file.read(0, Math.min(sizeBytes, UNIT_BYTES));
  if (!MAGIC.subarray(0, header.length).equals(header.subarray(0, MAGIC.length))) {
    throw file.notAQvf(whatElse(header));
  }
  if (sizeBytes % UNIT_BYTES !== 0) {
    const reason = await whyLineEndsChanged(file);
    if (reason !== undefined) throw reason;
    throw file.truncated(`its size of ${sizeBytes} bytes is no multiple of ${UNIT_BYTES}`, sizeBytes);
  }
  if (sizeBytes < ROOT_OFFSET + UNIT_BYTES) throw file.truncated('it ends before its list of objects', sizeBytes);
  for (const { at, value, isLong } of FIELDS) {
    const found = isLong ? header.readBigUInt64LE(at) : BigInt(header.readUInt32LE(at));
    if (found !== value) throw file.unsupported(`its header says ${found} where ${value} is known`, at);
  }
  file.claim(0, UNIT_BYTES);
}

function whatElse(header: Buffer): string {
  const begin = header.toString('latin1', 0, 4);
  if (begin === 'PK\u0003\u0004') return 'it is a ZIP archive';
  if (header[0] === 0x1f && header[1] === 0x8b) return 'it is packed with gzip';
  if (header.includes('<html') || header.includes('<!DOCTYPE')) return 'it is a web page';
  if (header.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13)) return 'it is text';
  return 'it does not begin as one does';
}
