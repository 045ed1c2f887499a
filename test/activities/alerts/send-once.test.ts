import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendOnce } from '../../../activities/alerts/send-once.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';

describe('sendOnce', () => {
  let folder: string;
  let ledger: Ledger;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-send-once-'));
    ledger = await openLedger({ kind: 'sqlite', file: path.join(folder, 'ledger.sqlite') });
  });
  afterAll(async () => {
    await ledger?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const nothing = async (): Promise<void> => undefined;
  const fails = (message: string) => () => Promise.reject(new Error(message));

  it('only notes when it is repeated after a note that failed', async () => {
    let sent = 0;
    const send = async () => void (sent += 1);

    await expect(sendOnce(ledger, 'a', send, fails('the disk is full'))).rejects.toThrow('the disk is full');
    await sendOnce(ledger, 'a', send, nothing);

    expect(sent).toBe(1);
  });

  it('waits for an attempt that is at it', async () => {
    const answer = Promise.withResolvers<void>();
    const done: string[] = [];
    const first = sendOnce(
      ledger,
      'b',
      () => answer.promise,
      async () => void done.push('first'),
    );
    const second = sendOnce(ledger, 'b', fails('sent twice'), async () => void done.push('second'));
    answer.resolve();
    await Promise.all([first, second]);

    expect(done).toEqual(['first', 'second']);
  });

  it('sends itself where the attempt that it waited for was cancelled', async () => {
    const answer = Promise.withResolvers<void>();
    let sent = 0;
    const first = sendOnce(ledger, 'd', () => answer.promise, nothing);
    const second = sendOnce(ledger, 'd', async () => void (sent += 1), nothing);
    answer.reject(new Error('cancelled'));

    await expect(first).rejects.toThrow('cancelled');
    await second;
    expect(sent).toBe(1);
  });

  it('sends again what could not be sent, and what comes after the note', async () => {
    let sent = 0;
    const send = async () => void (sent += 1);

    await expect(sendOnce(ledger, 'c', fails('away'), nothing)).rejects.toThrow('away');
    await sendOnce(ledger, 'c', send, nothing);
    await sendOnce(ledger, 'c', send, nothing);

    expect(sent).toBe(2);
  });
});
