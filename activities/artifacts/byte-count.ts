import { waybillError } from '../../common/errors/catalogue.ts';
import type { WriteOptions } from './artifact-store.ts';

/** Counts what passes, reports it, and holds it against the announced size. */
export class ByteCount {
  readonly #options: WriteOptions;
  #sizeBytes = 0;

  constructor(options: WriteOptions) {
    this.#options = options;
  }

  /** @throws WAYBILL_ARTIFACT_SIZE_MISMATCH as soon as there is more than was announced */
  add(bytes: number): void {
    this.#sizeBytes += bytes;
    const { expectedSizeBytes, onBytes } = this.#options;
    if (expectedSizeBytes !== undefined && this.#sizeBytes > expectedSizeBytes) throw this.#mismatch();
    onBytes?.(this.#sizeBytes);
  }

  /** All of it, and that is told. @throws WAYBILL_ARTIFACT_SIZE_MISMATCH when there was less than announced */
  finish(): number {
    const { expectedSizeBytes, onReceived } = this.#options;
    if (expectedSizeBytes !== undefined && this.#sizeBytes !== expectedSizeBytes) throw this.#mismatch();
    onReceived?.();
    return this.#sizeBytes;
  }

  #mismatch(): Error {
    return waybillError('WAYBILL_ARTIFACT_SIZE_MISMATCH', {
      foundBytes: this.#sizeBytes,
      expectedBytes: this.#options.expectedSizeBytes,
    });
  }
}
