declare module 'pino-roll' {
  import type { Writable } from 'node:stream';

  interface RollingOptions {
    readonly file: string;
    readonly size: string;
    readonly limit: { readonly count: number; readonly removeOtherLogFiles: boolean };
    readonly sync: boolean;
  }

  export default function buildRollingStream(options: RollingOptions): Promise<Writable>;
}
