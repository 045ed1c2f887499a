import type { Readable } from 'node:stream';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { type CallPlace, isWrite, type QrsCall } from './call.ts';
import { isHtml } from './reply-failure.ts';

/** The largest JSON reply that is read into memory: about 20,000 full apps. */
export const largestJsonBytes = 64 * 1024 * 1024;

/** As much of an error page as is looked at. */
export const largestErrorBytes = 64 * 1024;

/** A body that was read, or the beginning of one that was too long. */
export interface ReadText {
  readonly text: string;
  readonly isWhole: boolean;
}

/**
 * The body as text; what goes over `limitBytes` is not read and the connection is dropped.
 * Rejects with what the stream fails with.
 */
export function readText(body: Readable, limitBytes: number): Promise<ReadText> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (isWhole: boolean) => {
      const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
      resolve({ text: whole.toString('utf8'), isWhole });
    };
    body.on('data', (chunk: Buffer) => {
      if (size + chunk.byteLength > limitBytes) {
        chunks.push(chunk.subarray(0, limitBytes - size));
        size = limitBytes;
        finish(false);
        body.removeAllListeners('data').destroy();
        return;
      }
      size += chunk.byteLength;
      chunks.push(chunk);
    });
    body.on('end', () => finish(true));
    body.on('error', reject);
  });
}

/**
 * The JSON of a reply; undefined when it is empty.
 * @throws WAYBILL_QRS_REPLY when it is too long, a web page, or not whole JSON
 */
export function parseReply({ text, isWhole }: ReadText, call: QrsCall, place: CallPlace): unknown {
  const fail = (reason: string, cause?: unknown) =>
    waybillError(
      'WAYBILL_QRS_REPLY',
      { ...place, doing: call.doing, reason, mayHaveTakenEffect: isWrite(call) },
      { cause },
    );
  if (!isWhole) throw fail(`it is longer than ${largestJsonBytes} bytes`);
  if (text === '') return undefined;
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text) as unknown;
  } catch {
    throw fail(isHtml(text) ? 'it is a web page, not data' : 'it is not whole JSON');
  }
}
