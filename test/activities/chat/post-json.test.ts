import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPostJson } from '../../../activities/chat/post-json.ts';
import { type Chat, startChat } from '../../../sandbox/chat/start-chat.ts';

const SECRET_PATH = '/hooks/T0-ab.cd~ef/pa%20th-%C3%BC';
const ADDRESS = `${SECRET_PATH}?v=1&sig=tms-SE%2BC%2FRET%3D&plain=a+b+c+d`;

describe('the reason why a destination refused a message', () => {
  const poster = createPostJson();
  let chat: Chat;

  beforeAll(async () => {
    chat = await startChat();
  });
  afterEach(() => chat.faults.clear());
  afterAll(async () => {
    await poster.close();
    await chat.close();
  });

  async function refusal(text: string, address = ADDRESS): Promise<string> {
    chat.faults.add({ path: '/', effect: { type: 'status', status: 400, text } });
    const error = await poster
      .post({
        destination: 'teams/bi',
        setting: 'webhook',
        url: `${chat.url}${address}`,
        body: '{}',
        timeoutMs: 5000,
        signal: AbortSignal.timeout(20_000),
      })
      .then(
        () => undefined,
        (thrown: unknown) => thrown as Error,
      );
    expect(error).toMatchObject({ code: 'WAYBILL_ALERT_REFUSED' });
    return error!.message;
  }

  it.each<[string, string]>([
    ['a value of the query, decoded', '{"error":{"message":"The SAS sig tms-SE+C/RET= is invalid"}}'],
    ['a value as it stands in the address', 'sig tms-SE%2BC%2FRET%3D is invalid'],
    ['a value in lower hex', 'sig tms-SE%2bC%2fRET%3d is invalid'],
    ['a value escaped twice', 'sig tms-SE%252BC%252FRET%253D is invalid'],
    ['a value escaped for JSON', String.raw`{"message":"sig tms-SE\u002BC\/RET\u003D is invalid"}`],
    ['a value escaped for a page', '<html><body>tms&#45;SE&#x2B;C&#47;RET&#61; is invalid</body></html>'],
    ['a value read like a form', 'sig tms-SE C/RET= is invalid'],
    ['a value with blanks', 'a b c d is invalid'],
    ['a value with its plus signs', 'a+b+c+d is invalid'],
    ['a part of the path', 'no hook T0-ab.cd~ef is invalid'],
    ['a part of the path, decoded', 'no hook pa th-ü is invalid'],
    ['the whole address', `no ${ADDRESS} is invalid`],
    ['the path of it', `no ${SECRET_PATH} is invalid`],
  ])('hides %s', async (_, text) => {
    const told = await refusal(text);

    expect(told).toMatch(/\*{8}.* is invalid/u);
    expect(told).not.toMatch(/tms|RET|ab\.cd|pa%20th|pa th|a b c|a\+b/u);
  });

  it('shows what has nothing to do with the address, and parts too short to be secrets', async () => {
    expect(await refusal('version v=1 of hooks is not known; use v=2')).toContain(
      'version v=1 of hooks is not known; use v=2',
    );
    expect(await refusal('100% wrong', '/in?t=%zz')).toContain('100% wrong');
  });

  it('hides what is no valid escape', async () => {
    expect(await refusal('no token %zzcdefgh', '/in?t=%zzcdefgh')).not.toContain('cdefgh');
  });
});
