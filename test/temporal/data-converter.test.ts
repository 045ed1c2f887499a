import { defaultPayloadConverter } from '@temporalio/common';
import { Client, WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waybillError } from '../../common/errors/catalogue.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { EncryptionCodec, payloadKey } from '../../temporal/encryption-codec.ts';
import { historyText } from '../harness/histories.ts';
import { testBundle, testTemporal, type TestTemporal } from '../harness/temporal.ts';

const workflows = new URL('../fixtures/workflows/index.ts', import.meta.url);
const secretWord = 'quarterly figures of Contoso';

function payload(value: unknown) {
  return defaultPayloadConverter.toPayload(value)!;
}

describe('EncryptionCodec', () => {
  it('gives back what it encrypted and shows none of it', async () => {
    const codec = new EncryptionCodec(await payloadKey('a key'));

    const [sealed] = await codec.encode([payload({ secretWord })]);

    expect(Buffer.from(sealed!.data!).toString('latin1')).not.toContain('Contoso');
    expect(Object.keys(sealed!.metadata!)).toEqual(['encoding', 'encryption-key-id']);
    const [opened] = await codec.decode([sealed!]);
    expect(defaultPayloadConverter.fromPayload(opened!)).toEqual({ secretWord });
  });

  it('never encrypts the same text to the same bytes', async () => {
    const codec = new EncryptionCodec(await payloadKey('a key'));

    const [first, second] = await codec.encode([payload('same'), payload('same')]);

    expect(Buffer.from(first!.data!).equals(Buffer.from(second!.data!))).toBe(false);
  });

  it('refuses what was encrypted with a key that it does not have, and says which', async () => {
    const other = await payloadKey('another key');
    const [sealed] = await new EncryptionCodec(other).encode([payload(1)]);

    await expect(new EncryptionCodec(await payloadKey('a key')).decode([sealed!])).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_WRONG_KEY',
      facts: { keyId: other.id },
    });
  });

  it('reads what an older key encrypted', async () => {
    const older = await payloadKey('last year');
    const [sealed] = await new EncryptionCodec(older).encode([payload('old')]);

    const [opened] = await new EncryptionCodec(await payloadKey('this year'), [older]).decode([sealed!]);

    expect(defaultPayloadConverter.fromPayload(opened!)).toBe('old');
  });

  it('refuses what was changed or cut', async () => {
    const codec = new EncryptionCodec(await payloadKey('a key'));
    const [sealed] = await codec.encode([payload('text')]);
    const flipped = Buffer.from(sealed!.data!);
    flipped[20]! ^= 1;

    for (const data of [flipped, Buffer.from(sealed!.data!).subarray(0, 20), Buffer.alloc(0)]) {
      await expect(codec.decode([{ ...sealed, data }])).rejects.toMatchObject({
        code: 'WAYBILL_TEMPORAL_DATA_DAMAGED',
      });
    }
  });

  it('passes on what was never encrypted, so that it can be switched on later', async () => {
    const codec = new EncryptionCodec(await payloadKey('a key'));

    expect(await codec.decode([payload('plain')])).toEqual([payload('plain')]);
  });
});

describe('createDataConverter', () => {
  let server: TestTemporal;
  let sealedBundle: { codePath: string };
  const key = { describe: () => '${env:KEY}', resolve: async () => 'a key', toJSON: () => '********' };
  const activities = {
    echo: async (input: unknown) => input,
    fail: async () => {
      throw waybillError('WAYBILL_TEMPORAL_FILE_UNREADABLE', { file: secretWord, setting: 'x', reason: 'y' });
    },
  };

  beforeAll(async () => {
    server = await testTemporal();
    sealedBundle = await testBundle(workflows, true);
  });

  afterAll(async () => {
    await server.close();
  });

  it('leaves payloads as JSON when no key is set', async () => {
    expect((await createDataConverter(undefined)).payloadCodecs).toEqual([]);
  });

  it('encrypts arguments, results and failures on their way through the server', async () => {
    const dataConverter = await createDataConverter({ key });
    const client = new Client({ connection: server.connection, dataConverter });
    const taskQueue = server.newName();
    const run = (name: string, activity: string) =>
      client.workflow.execute('parentOfCall', {
        taskQueue,
        workflowId: `${taskQueue}-${name}`,
        args: [{ activity, input: secretWord }],
      });

    await server.withWorker({ taskQueue, activities, dataConverter, workflowBundle: sealedBundle }, async () => {
      expect(await run('echo', 'echo')).toBe(secretWord);
      const error = await run('fail', 'fail').catch((e: unknown) => e);
      expect(error).toBeInstanceOf(WorkflowFailedError);
      expect(deepest(error)).toMatchObject({
        type: 'WAYBILL_TEMPORAL_FILE_UNREADABLE',
        nonRetryable: true,
        message: expect.stringContaining(secretWord) as string,
        details: [{ file: secretWord, setting: 'x', reason: 'y' }],
      });
    });

    for (const name of ['echo', 'fail']) {
      const bytes = await historyText(client, `${taskQueue}-${name}`);
      expect(bytes).toContain('binary/encrypted');
      expect(bytes).not.toContain('Contoso');
    }
  });

  it('cannot read with another key, and says so', async () => {
    const dataConverter = await createDataConverter({ key });
    const sealed = new Client({ connection: server.connection, dataConverter });
    const taskQueue = server.newName();
    await sealed.workflow.start('call', { taskQueue, workflowId: taskQueue, args: [{}], memo: { app: secretWord } });

    const otherKey = { ...key, resolve: async () => 'another key' };
    const other = new Client({
      connection: server.connection,
      dataConverter: await createDataConverter({ key: otherKey }),
    });

    expect((await sealed.workflow.getHandle(taskQueue).describe()).memo).toEqual({ app: secretWord });
    await expect(other.workflow.getHandle(taskQueue).describe()).rejects.toThrow(/does not have/);
    await sealed.workflow.getHandle(taskQueue).terminate();
  });
});

function deepest(error: unknown): unknown {
  const { cause } = error as { cause?: unknown };
  return cause === undefined ? error : deepest(cause);
}
