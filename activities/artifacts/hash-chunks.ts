import { createHash } from 'node:crypto';
import { waybillError } from '../../common/errors/catalogue.ts';
import { untilAborted } from './until-aborted.ts';
import type { StoredArtifact, WriteOptions } from './artifact-store.ts';

const BATCH_BYTES = 1024 * 1024;

/** The chunks of a source in batches of about a MiB, so that each write and each progress report is worth it. */
export async function* batches(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  for await (const chunk of untilAborted(source, signal)) {
    if (chunk.length === 0) continue;
    batch.push(chunk);
    batchBytes += chunk.length;
    if (batchBytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    batchBytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Counts and hashes what passes, reports it, and holds it against the announced size. */
export class ContentMeter {
  readonly #hash = createHash('sha256');
  readonly #options: WriteOptions;
  #sizeBytes = 0;

  constructor(options: WriteOptions) {
    this.#options = options;
  }

  /** @throws WAYBILL_ARTIFACT_SIZE_MISMATCH as soon as there is more than was announced */
  add(batch: readonly Uint8Array[]): void {
    for (const chunk of batch) {
      this.#hash.update(chunk);
      this.#sizeBytes += chunk.length;
    }
    const { expectedSizeBytes, onBytes } = this.#options;
    if (expectedSizeBytes !== undefined && this.#sizeBytes > expectedSizeBytes) throw this.#mismatch();
    onBytes?.(this.#sizeBytes);
  }

  /** @throws WAYBILL_ARTIFACT_SIZE_MISMATCH when there was less than announced */
  finish(): StoredArtifact {
    const { expectedSizeBytes } = this.#options;
    if (expectedSizeBytes !== undefined && this.#sizeBytes !== expectedSizeBytes) throw this.#mismatch();
    return { sha256: this.#hash.digest('hex'), sizeBytes: this.#sizeBytes };
  }

  #mismatch(): Error {
    return waybillError('WAYBILL_ARTIFACT_SIZE_MISMATCH', {
      foundBytes: this.#sizeBytes,
      expectedBytes: this.#options.expectedSizeBytes,
    });
  }
}
