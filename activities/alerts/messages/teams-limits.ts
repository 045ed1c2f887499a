import { isObject, type JsonObject, objectsIn } from './json-template.ts';

/**
 * What Teams takes (Qlik Cloud facts, section 4): 28 KB of what it makes of a request. One of 24 453 bytes was refused
 * as 28 897, so the request stays well below, and so does the same with every character escaped that a server may
 * escape when it writes JSON anew.
 */
export const teamsLimits = { bytes: 20_000, escapedCharacters: 28_000, actions: 6 } as const;

const adaptiveCard = 'application/vnd.microsoft.card.adaptive';

/** Why Teams would refuse a message, or undefined. */
export function teamsProblem(message: JsonObject): string | undefined {
  return formProblem(message) ?? sizeProblem(JSON.stringify(message));
}

function formProblem(message: JsonObject): string | undefined {
  if (message['@type'] === 'MessageCard') return undefined;
  if (message['type'] !== 'message') return 'its type is not "message"';
  const attachments = objectsIn(message['attachments']);
  if (attachments.length === 0) return 'it has no attachments';
  return attachments.map(attachmentProblem).find((problem) => problem !== undefined);
}

function attachmentProblem({ contentType, content }: JsonObject): string | undefined {
  if (contentType !== adaptiveCard) return `the contentType of an attachment is not "${adaptiveCard}"`;
  if (!isObject(content) || content['type'] !== 'AdaptiveCard') return 'an attachment is no AdaptiveCard';
  if (!Array.isArray(content['body'])) return 'a card has no body';
  return /^1\.[0-5]$/.test(String(content['version'])) ? undefined : 'the version of a card is not one of 1.0 to 1.5';
}

function sizeProblem(json: string): string | undefined {
  const bytes = Buffer.byteLength(json);
  if (bytes > teamsLimits.bytes) return `it has ${bytes} bytes of at most ${teamsLimits.bytes}`;
  const escaped = escapedCharacters(json);
  if (escaped <= teamsLimits.escapedCharacters) return undefined;
  return `it has ${escaped} characters with all escapes, of at most ${teamsLimits.escapedCharacters}`;
}

/** `\u0000` is six characters. */
function escapedCharacters(json: string): number {
  return json.length + 5 * (json.match(/[<>&'+]|[^\u0020-\u007e]/g)?.length ?? 0);
}
