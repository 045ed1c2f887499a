import { type DownloadOptions, LARGE_FILE_BYTES } from '../../../../activities/qrs/client/transfer-calls.ts';

/** The two ways in which a file comes; nobody who reads it is to tell them apart. */
export const WAYS: readonly { readonly name: string; readonly way: Pick<DownloadOptions, 'expectedBytes'> }[] = [
  { name: 'by the pool', way: {} },
  { name: 'on a connection of its own', way: { expectedBytes: LARGE_FILE_BYTES } },
];
