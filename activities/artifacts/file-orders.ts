/** What the writing thread is told; `file` numbers one file that is being written. */
export type FileOrder =
  | { readonly file: number; readonly kind: 'open'; readonly path: string }
  | { readonly file: number; readonly kind: 'write'; readonly block: Uint8Array }
  | { readonly file: number; readonly kind: 'finish' }
  | { readonly file: number; readonly kind: 'discard' };

/** What it answers, once to each order and in their order. `sha256` comes with the answer to `finish`. */
export type FileAnswer =
  | { readonly file: number; readonly kind: 'done'; readonly sha256?: string }
  | { readonly file: number; readonly kind: 'failed'; readonly failure: FileFailure };

/** A file error as it passes between threads, which loses the properties of an Error. */
export interface FileFailure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
  readonly path?: string | undefined;
}
