import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../../../sandbox/chat/start-chat.ts';
import type { SlackHook } from '../../../sandbox/chat/slack-hook.ts';
import { defaultChatSwitches } from '../../../sandbox/chat/switches.ts';
import { post } from './test-chat.ts';

let chat: Chat;
let hook: SlackHook;

beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());
beforeEach(() => {
  hook = chat.createSlackHook('#reloads');
});
afterEach(() => {
  chat.clear();
  chat.faults.clear();
  Object.assign(chat.switches, defaultChatSwitches);
});

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const button = { type: 'button', text: plain('Open'), url: 'https://tenant.example/app' };

describe('a message to Slack', () => {
  it('is answered with ok and kept, in order', async () => {
    expect(await post(hook.url, { text: 'first' })).toMatchObject({ status: 200, text: 'ok' });
    const blocks = [
      { type: 'header', text: plain('x'.repeat(150)) },
      section('a'.repeat(3000)),
      { type: 'section', fields: Array.from({ length: 10 }, () => mrkdwn('f'.repeat(700))), accessory: button },
      { type: 'divider' },
      { type: 'context', elements: [mrkdwn('small')] },
      { type: 'actions', elements: Array.from({ length: 25 }, () => button) },
    ];
    expect(await post(hook.url, { text: 'second', blocks })).toMatchObject({ status: 200, text: 'ok' });
    const form = `payload=${encodeURIComponent('{"text":"third & last"}')}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(hook.url, form, headers)).status).toBe(200);

    const shown = chat.messages('#reloads').map(({ body }) => (body as { text: string }).text);
    expect(shown).toEqual(['first', 'second', 'third & last']);
    expect(chat.messages('#other')).toEqual([]);
  });

  it.each<[string, number, string, unknown]>([
    ['no JSON', 400, 'invalid_payload', '{"text": "a\nb"}'],
    ['a list', 400, 'invalid_payload', []],
    ['no text', 400, 'no_text', {}],
    ['an empty text', 400, 'no_text', { text: '' }],
    ['51 blocks', 400, 'invalid_blocks', { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }],
    ['a section of 3001 characters', 400, 'invalid_blocks', { blocks: [section('a'.repeat(3001))] }],
    ['an empty section', 400, 'invalid_blocks', { blocks: [section('')] }],
    [
      'a header of 151 characters',
      400,
      'invalid_blocks',
      { blocks: [{ type: 'header', text: plain('x'.repeat(151)) }] },
    ],
    ['a header with mrkdwn', 400, 'invalid_blocks', { blocks: [{ type: 'header', text: mrkdwn('x') }] }],
    [
      '11 fields',
      400,
      'invalid_blocks',
      { blocks: [{ type: 'section', fields: Array.from({ length: 11 }, () => mrkdwn('f')) }] },
    ],
    ['a long field', 400, 'invalid_blocks', { blocks: [{ type: 'section', fields: [mrkdwn('f'.repeat(2001))] }] }],
    [
      '26 buttons',
      400,
      'invalid_blocks',
      { blocks: [{ type: 'actions', elements: Array.from({ length: 26 }, () => button) }] },
    ],
    ['a wrong url', 400, 'invalid_blocks', { blocks: [{ type: 'actions', elements: [{ ...button, url: 'x' }] }] }],
    ['an unknown block', 400, 'invalid_blocks', { blocks: [{ type: 'table' }] }],
    ['a long block_id', 400, 'invalid_blocks', { blocks: [{ type: 'divider', block_id: 'x'.repeat(256) }] }],
    [
      'too much in all',
      400,
      'msg_blocks_too_long',
      { blocks: Array.from({ length: 5 }, () => section('a'.repeat(2700))) },
    ],
  ])('is refused with %s', async (_what, status, text, body) => {
    expect(await post(hook.url, body)).toMatchObject({ status, text });
    expect(chat.messages()).toEqual([]);
    expect(chat.received()).toMatchObject([{ status, isShown: false, problems: expect.arrayContaining([text]) }]);
  });

  it.each([
    ['action_prohibited', 403],
    ['no_service', 404],
    ['channel_not_found', 404],
    ['channel_is_archived', 410],
    ['rollup_error', 500],
  ] as const)('is refused when the hook is in the state %s', async (state, status) => {
    hook.state = state;

    expect(await post(hook.url, { text: 'x' })).toMatchObject({ status, text: state });
  });

  it('finds no service at another address', async () => {
    expect(await post(`${hook.url}x`, { text: 'x' })).toMatchObject({ status: 404, text: 'no_service' });
  });

  it('may come once a second where that is enforced', async () => {
    chat.switches.slackPerSecond = 1;

    const first = await post(hook.url, { text: 'a' });
    const second = await post(hook.url, { text: 'b' });

    expect([first.status, second.status]).toEqual([200, 429]);
    expect(second).toMatchObject({ text: 'rate_limited', headers: { 'retry-after': '1' } });
    const other = chat.createSlackHook('#other');
    expect((await post(other.url, { text: 'c' })).status).toBe(200);
    await expect.poll(async () => (await post(hook.url, { text: 'd' })).status, { timeout: 4000 }).toBe(200);
  });

  it('can be shown while its answer is lost', async () => {
    const fault = chat.faults.add({ effect: { type: 'reply-lost' }, path: '/services/' });

    await expect(post(hook.url, { text: 'once' })).rejects.toThrow();

    expect(chat.messages()).toMatchObject([{ body: { text: 'once' }, status: 200 }]);
    expect(chat.faults.struck(fault)).toBe(1);
    expect(chat.requests().at(-1)).toMatchObject({ status: 0, faults: [fault] });
  });

  it('can meet a 503, a wait, or a closed port before it is taken', async () => {
    chat.faults.add({ effect: { type: 'status', status: 503, text: 'busy' } });
    chat.faults.add({ effect: { type: 'too-many', retryAfterSeconds: 30 }, nth: 2 });

    expect((await post(hook.url, { text: 'a' })).status).toBe(503);
    expect(await post(hook.url, { text: 'a' })).toMatchObject({ status: 429, headers: { 'retry-after': '30' } });
    await chat.goDown();
    await expect(post(hook.url, { text: 'a' })).rejects.toThrow();
    await chat.comeUp();
    expect((await post(hook.url, { text: 'a' })).status).toBe(200);
    expect(chat.received()).toHaveLength(1);
  });

  it('can be waited for, and says what came when it does not', async () => {
    const waiting = chat.waitFor(({ body }) => (body as { text: string }).text === 'late');
    await post(hook.url, {});
    await post(hook.url, { text: 'late' });

    expect(await waiting).toMatchObject({ service: 'slack', channel: '#reloads' });
    expect(await chat.waitForCall(({ status }) => status === 400, 50)).toMatchObject({ isShown: false });
    await expect(chat.waitFor(() => false, 20)).rejects.toThrow(/no such message came within 20 ms.*late/u);
  });
});
