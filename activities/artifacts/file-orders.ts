/** What the writing thread is told about one of its files; `number` tells the orders apart. */
export type FileOrder = { readonly file: number; readonly number: number } & FileWork;

export type FileWork =
  | { readonly kind: 'open'; readonly path: string }
  | { readonly kind: 'write'; readonly block: Uint8Array }
  | { readonly kind: 'finish' }
  | { readonly kind: 'discard' };

/** Answers an order once it is carried out. `sha256` comes with the end of a file. */
export interface FileAnswer {
  readonly file: number;
  readonly number: number;
  readonly sha256?: string | undefined;
  readonly failure?: FileFailure;
}

/** A file error as it passes between threads, which loses the properties of an Error. */
export interface FileFailure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
  readonly path?: string | undefined;
}
