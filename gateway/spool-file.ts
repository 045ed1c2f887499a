import { hash } from 'node:crypto';
import { z } from 'zod';
import type { SpooledEvent } from './spool.ts';

const head = z.strictObject({ topic: z.string().min(1), sizeBytes: z.number(), sha256: z.string() });

/** What stands in the file of an event: a line about it, then its bytes as they came. Pure. */
export function pack({ topic, body }: SpooledEvent): Uint8Array[] {
  const line = { topic, sizeBytes: body.length, sha256: hash('sha256', body) } satisfies z.output<typeof head>;
  return [Buffer.from(`${JSON.stringify(line)}\n`), body];
}

/** The event of a file; undefined where the file was cut off or changed. Pure. */
export function unpack(bytes: Buffer): SpooledEvent | undefined {
  const end = bytes.indexOf('\n');
  if (end < 0) return undefined;
  const body = bytes.subarray(end + 1);
  const { data } = head.safeParse(parsed(bytes.toString('utf8', 0, end)));
  const isWhole = data?.sizeBytes === body.length && data.sha256 === hash('sha256', body);
  return isWhole ? { topic: data.topic, body } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
