import { Writable } from 'node:stream';

/** A terminal that nobody looks at: the log file has every line. */
export function nowhere(): NodeJS.WritableStream {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
