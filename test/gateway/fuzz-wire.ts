import { connect } from 'node:net';

/** How a connection is to go. */
export interface Exchange {
  readonly port: number;
  readonly bytes: Buffer;
  /** Into so many pieces the bytes are cut on their way. */
  readonly pieces: number;
  /** `hang up` goes after a share of the bytes, in thousandths. */
  readonly end: 'wait' | 'half-close' | 'hang up';
  readonly share: number;
}

/** A connection on which nothing comes for this time is given up. */
const SILENCE_MS = 400;

/** Sends the bytes as they are, and gives the statuses that came back until the connection ended. */
export function exchange({ port, bytes, pieces, end, share }: Exchange): Promise<readonly string[]> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const sent = end === 'hang up' ? bytes.subarray(0, Math.floor((bytes.length * share) / 1000)) : bytes;
    const step = Math.ceil(sent.length / pieces) || 1;
    let at = 0;
    const more = (): void => {
      if (socket.destroyed) return;
      const piece = sent.subarray(at, at + step);
      at += step;
      if (piece.length > 0) return void socket.write(piece, () => setImmediate(more));
      if (end === 'hang up') socket.destroy();
      if (end === 'half-close') socket.end();
    };
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.on('connect', more);
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('end', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve([...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status)));
  });
}
