import type { Readable } from 'node:stream';

/** A file while it is read; whoever has it reads or destroys the stream. */
export interface OpenFile {
  readonly stream: Readable;
  readonly sizeBytes: number;
}

/** Opens what was kept of apps. Each may throw errors of the store, such as one that says that the file is gone. */
export interface KeptFiles {
  /** An exported file, by the SHA-256 of its bytes. */
  artifact(sha256: string): Promise<OpenFile>;
  /** A version in S3. */
  version(kept: { readonly key: string; readonly versionId: string }): Promise<OpenFile>;
}
