import { LRUCache } from 'lru-cache';
import { waybillError } from '../common/errors/catalogue.ts';
import type { WaybillError } from '../common/errors/waybill-error.ts';
import type { QvfLimits } from './limits.ts';
import { Regions } from './regions.ts';
import type { QvfSource } from './source.ts';

/** Small reads come from pages of this size: one range request brings several neighbouring objects. */
const PAGE_BYTES = 64 * 1024;
const KEPT_PAGES = 16;
const MANY_VALUES = 50_000;

/** One file being read: its bytes, its limits, and what is wrong with it in words. */
export class QvfFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly limits: QvfLimits;
  readonly signal: AbortSignal | undefined;
  readonly #regions = new Regions();
  readonly #source: QvfSource;
  readonly #pages = new LRUCache<number, Buffer>({ max: KEPT_PAGES });
  #inflatedBytes = 0;
  #jsonBytes = 0;
  #jsonValues = 0;
  #largeJsonValues = 0;

  constructor(name: string, source: QvfSource, limits: QvfLimits, signal: AbortSignal | undefined) {
    this.name = name;
    this.sizeBytes = source.sizeBytes;
    this.limits = limits;
    this.signal = signal;
    this.#source = source;
  }

  /** The bytes of a region. @throws WAYBILL_QVF_TRUNCATED when it lies beyond the end, or the abort's reason */
  async read(offset: number, length: number): Promise<Buffer> {
    this.mustLieInside(offset, length);
    const page = Math.floor(offset / PAGE_BYTES);
    const last = Math.floor((offset + length - 1) / PAGE_BYTES);
    if (length === 0) return Buffer.alloc(0);
    if (last - page > 1) return this.#readSource(offset, length);
    const at = offset - page * PAGE_BYTES;
    const first = await this.#page(page);
    if (last === page) return first.subarray(at, at + length);
    return Buffer.concat([first.subarray(at), (await this.#page(last)).subarray(0, at + length - PAGE_BYTES)]);
  }

  /** @throws WAYBILL_QVF_TRUNCATED for a region beyond the end of the file */
  mustLieInside(offset: number, length: number): void {
    const end = offset + length;
    if (Number.isSafeInteger(end) && end <= this.sizeBytes) return;
    throw this.truncated(`it has ${this.sizeBytes} bytes, and a part of it ends at byte ${end}`, offset);
  }

  /**
   * Lays claim to a region, once: parts never overlap (QVF facts, section 1). Two that do are found sooner or later,
   * at the latest by `mustNotOverlap`. @throws WAYBILL_QVF_TRUNCATED, WAYBILL_QVF_DAMAGED, WAYBILL_QVF_TOO_LARGE
   */
  claim(offset: number, length: number): void {
    this.mustLieInside(offset, length);
    this.mustNotExceed('the number of parts of all streams', this.#regions.count + 1, this.limits.maxExtents);
    const overlap = this.#regions.add(offset, length);
    if (overlap !== undefined) throw this.#overlapping(overlap);
  }

  /** @throws WAYBILL_QVF_DAMAGED when two claimed regions overlap */
  mustNotOverlap(): void {
    const overlap = this.#regions.firstOverlap();
    if (overlap !== undefined) throw this.#overlapping(overlap);
  }

  /** Counts bytes that are about to be inflated. @throws WAYBILL_QVF_TOO_LARGE */
  addInflated(sizeBytes: number): void {
    this.#inflatedBytes += sizeBytes;
    this.mustNotExceed('the unpacked size of all objects', this.#inflatedBytes, this.limits.maxInflatedBytes);
  }

  /** Counts JSON that is about to be parsed. @throws WAYBILL_QVF_TOO_LARGE */
  addJson(sizeBytes: number, values: number): void {
    this.#jsonBytes += sizeBytes;
    this.#jsonValues += values;
    this.mustNotExceed('the size of all objects without long texts', this.#jsonBytes, this.limits.maxAllJsonBytes);
    this.mustNotExceed('the number of values in all objects', this.#jsonValues, this.limits.maxAllJsonValues);
    if (values <= MANY_VALUES) return;
    this.#largeJsonValues += values;
    this.mustNotExceed('the number of values in large objects', this.#largeJsonValues, this.limits.maxLargeJsonValues);
  }

  /** @throws WAYBILL_QVF_TOO_LARGE */
  mustNotExceed(what: string, found: number, limit: number): void {
    if (found > limit) throw waybillError('WAYBILL_QVF_TOO_LARGE', { file: this.name, what, found, limit });
  }

  notAQvf(reason: string): WaybillError {
    return waybillError('WAYBILL_QVF_NOT_A_QVF', { file: this.name, reason });
  }

  truncated(reason: string, offset: number): WaybillError {
    return waybillError('WAYBILL_QVF_TRUNCATED', { file: this.name, reason, offset });
  }

  damaged(reason: string, offset: number, cause?: unknown): WaybillError {
    return waybillError('WAYBILL_QVF_DAMAGED', { file: this.name, reason, offset }, { cause });
  }

  unsupported(reason: string, offset: number): WaybillError {
    return waybillError('WAYBILL_QVF_UNSUPPORTED', { file: this.name, reason, offset });
  }

  #overlapping(offset: number): WaybillError {
    return this.damaged('two parts of it share the same bytes', offset);
  }

  async #page(number: number): Promise<Buffer> {
    const kept = this.#pages.get(number);
    if (kept !== undefined) {
      this.signal?.throwIfAborted();
      return kept;
    }
    const offset = number * PAGE_BYTES;
    const page = await this.#readSource(offset, Math.min(PAGE_BYTES, this.sizeBytes - offset));
    this.#pages.set(number, page);
    return page;
  }

  async #readSource(offset: number, length: number): Promise<Buffer> {
    this.signal?.throwIfAborted();
    const bytes = await untilAborted(this.#source.read(offset, length, this.signal), this.signal);
    if (bytes.length !== length) {
      throw this.truncated(`reading gave ${bytes.length} bytes where ${length} were expected`, offset);
    }
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** The value, or the abort's reason as soon as it comes, however long the source stays silent. */
async function untilAborted<T>(value: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return value;
  let abort = (): void => undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      abort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      value.then(resolve, reject);
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
