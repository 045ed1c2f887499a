import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Chat, startChat } from '../../../sandbox/chat/start-chat.ts';
import { defaultChatSwitches } from '../../../sandbox/chat/switches.ts';
import { countTeamsBytes, type TeamsFlow } from '../../../sandbox/chat/teams-flow.ts';
import { post } from './test-chat.ts';

let chat: Chat;
let flow: TeamsFlow;

beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.close());
beforeEach(() => {
  flow = chat.createTeamsFlow('Reloads');
});
afterEach(() => {
  chat.clear();
  Object.assign(chat.switches, defaultChatSwitches);
});

const text = (words: string) => ({ type: 'TextBlock', text: words, wrap: true });

function message(card: object = {}, attachment: object = {}, outer: object = {}): Record<string, unknown> {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [text('Reload failed'), { type: 'FactSet', facts: [{ title: 'App', value: 'Sales' }] }],
    actions: [{ type: 'Action.OpenUrl', title: 'Open app', url: 'https://tenant.example/sense/app/x' }],
    ...card,
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content, ...attachment }], ...outer };
}

describe('a message to a Teams flow', () => {
  it('is accepted without a word, and shown', async () => {
    expect(await post(flow.url, message())).toMatchObject({ status: 202, text: '' });

    expect(chat.messages('Reloads')).toMatchObject([{ service: 'teams', problems: [] }]);
  });

  it.each<[string, RegExp, unknown]>([
    ['another type', /type is not message/u, message({}, {}, { type: 'card' })],
    ['no attachment', /not exactly one/u, { type: 'message', text: 'plain' }],
    [
      'two attachments',
      /not exactly one/u,
      { ...message(), attachments: [message(), message()].flatMap((one) => one['attachments']) },
    ],
    ['another contentType', /contentType/u, message({}, { contentType: 'application/json' })],
    ['a contentUrl', /contentUrl/u, message({}, { contentUrl: 'https://x.example' })],
    ['a card as a string', /no AdaptiveCard/u, message({}, { content: '{}' })],
    ['version 1.6', /version 1\.6/u, message({ version: '1.6' })],
    ['no body', /no body/u, message({ body: [] })],
    ['Action.Submit', /Action\.Submit/u, message({ actions: [{ type: 'Action.Submit', title: 'x' }] })],
    [
      'Action.Execute deep within',
      /Action\.Execute/u,
      message({ body: [{ type: 'Container', items: [text('x')], selectAction: { type: 'Action.Execute' } }] }),
    ],
    ['a link to nowhere', /no address/u, message({ actions: [{ type: 'Action.OpenUrl', url: 'app/x' }] })],
    ['an input', /Input\.Text/u, message({ body: [{ type: 'Input.Text', id: 'x' }] })],
    ['a text that is none', /no text/u, message({ body: [{ type: 'TextBlock', text: 1 }] })],
    ['a fact that is a number', /facts/u, message({ body: [{ type: 'FactSet', facts: [{ title: 'a', value: 1 }] }] })],
    ['a table before 1.5', /Table/u, message({ body: [{ type: 'Table', columns: [], rows: [] }] })],
    ['buttons of old', /do not render/u, { '@type': 'MessageCard', potentialAction: [] }],
  ])('is accepted with %s, but not shown', async (_what, problem, body) => {
    expect((await post(flow.url, body)).status).toBe(202);

    expect(chat.messages()).toEqual([]);
    expect(chat.received()[0]?.problems.join()).toMatch(problem);
  });

  it('counts as more than it has bytes', () => {
    expect(countTeamsBytes('x'.repeat(24_453))).toBe(28_897);
    expect(countTeamsBytes('"'.repeat(1000))).toBe(2002);
    expect(countTeamsBytes('ü'.repeat(1000))).toBeGreaterThan(2000);
  });

  it('is refused when it is too large, or accepted and not shown', async () => {
    const large = message({ body: [text('x'.repeat(24_453))] });
    const fits = message({ body: [text('x'.repeat(20_000))] });

    expect((await post(flow.url, fits)).status).toBe(202);
    expect((await post(flow.url, large)).status).toBe(413);
    chat.switches.teamsTooLarge = 'accepted';
    expect((await post(flow.url, large)).status).toBe(202);
    expect(chat.received().map(({ isShown }) => isShown)).toEqual([true, false, false]);
    expect(chat.received()[2]?.problems[0]).toMatch(/counted as \d+ bytes; at most 28672/u);
  });

  it('is refused without its signature, and by flows that are off or gone', async () => {
    const refused = async (url = flow.url) => {
      const { status, text: words } = await post(url, message());
      return [status, JSON.parse(words).error.code];
    };

    expect(await refused(flow.url.replace(/sig=.*/u, 'sig=x'))).toEqual([401, 'AuthorizationFailed']);
    flow.state = 'off';
    expect(await refused()).toEqual([400, 'WorkflowTriggerIsNotEnabled']);
    flow.state = 'deleted';
    expect(await refused()).toEqual([404, 'WorkflowNotFound']);
    flow.state = 'on';
    expect((await post(flow.url, '{"type": ')).status).toBe(400);
  });

  it('is accepted by a flow that posts nothing any more', async () => {
    flow.state = 'failing';

    expect((await post(flow.url, message())).status).toBe(202);
    expect(chat.received()).toMatchObject([{ status: 202, isShown: false, problems: ['the flow fails'] }]);
  });

  it('may come four times a second where that is enforced', async () => {
    chat.switches.teamsPerSecond = 4;

    const answers = [];
    for (let at = 0; at < 5; at += 1) answers.push(await post(flow.url, message()));

    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 429]);
    expect(answers[4]?.headers['retry-after']).toBe('1');
  });
});
