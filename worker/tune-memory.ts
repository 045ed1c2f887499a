import { setFlagsFromString } from 'node:v8';

/**
 * Counts the bytes of files that pass through as part of the whole heap. V8 marks the whole heap anew for each 64 MB of
 * them otherwise, which costs a transfer a third of its time. To be called before the first transfer; safe to repeat.
 */
export function countFileBytesInHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
