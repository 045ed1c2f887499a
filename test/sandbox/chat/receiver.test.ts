import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../../../sandbox/chat/start-chat.ts';
import { post } from './test-chat.ts';

let chat: Chat;

beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());
afterEach(() => {
  chat.clear();
  chat.faults.clear();
});

describe('a receiver of webhooks', () => {
  it('takes what is signed over its raw bytes', async () => {
    const receiver = chat.createReceiver('signed', { secret: 'shared', header: 'X-Waybill-Signature' });
    const raw = '{"app":"Säles"}';
    const hex = createHmac('sha256', 'shared').update(raw).digest('hex');

    const statuses = [
      await post(receiver.url, raw, { 'x-waybill-signature': hex }),
      await post(receiver.url, raw, { 'x-waybill-signature': `sha256=${hex}` }),
      await post(receiver.url, raw.replace('ä', 'a'), { 'x-waybill-signature': hex }),
      await post(receiver.url, raw),
    ].map(({ status }) => status);

    expect(statuses).toEqual([204, 204, 401, 401]);
    expect(chat.messages('signed').map(({ body }) => body)).toEqual([{ app: 'Säles' }, { app: 'Säles' }]);
  });

  it('asks for more when told, and answers as told', async () => {
    const receiver = chat.createReceiver('picky', {
      status: 202,
      check: ({ headers }) => (headers['x-event'] === undefined ? 'no event' : undefined),
    });

    expect(await post(receiver.url, {})).toMatchObject({ status: 400, text: 'no event' });
    expect((await post(receiver.url, {}, { 'x-event': 'failed' })).status).toBe(202);
    receiver.status = 500;
    expect((await post(receiver.url, {}, { 'x-event': 'failed' })).status).toBe(500);
    expect(chat.messages('picky').map(({ status }) => status)).toEqual([202]);
  });

  it('can be silent, or reset the connection before it takes anything', async () => {
    const receiver = chat.createReceiver('troubled');
    chat.faults.add({ effect: { type: 'hang' }, path: '/hooks/troubled' });
    chat.faults.add({ effect: { type: 'reset' }, path: '/hooks/troubled', nth: 2 });

    const silent = request(receiver.url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(100) });
    await expect(silent).rejects.toThrow();
    await expect(post(receiver.url, {})).rejects.toThrow();
    expect((await post(receiver.url, {})).status).toBe(204);

    expect(chat.received()).toHaveLength(1);
  });
});

describe('chat services with a folder and https', () => {
  it('are trusted by their own authority and keep what came in a file', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'waybill-chat-'));
    const secure = await startChat({ https: true, folder });
    const dispatcher = new Agent({ connect: { ca: secure.caPem } });
    try {
      const { url } = secure.createSlackHook('#reloads');
      const { body } = await request(url, { dispatcher, method: 'POST', body: '{"text":"kept"}' });

      expect(await body.text()).toBe('ok');
      const [line = ''] = (await readFile(path.join(folder, 'chat.jsonl'), 'utf8')).split('\n');
      expect(JSON.parse(line)).toMatchObject({ number: 1, service: 'slack', isShown: true, body: { text: 'kept' } });
    } finally {
      await dispatcher.close();
      await secure.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
