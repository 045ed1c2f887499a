import { isObject, isWebAddress } from './messages.ts';

const cardType = 'application/vnd.microsoft.card.adaptive';
const versions = new Set(['1.2', '1.3', '1.4', '1.5']);
const elements = new Set(
  (
    'ActionSet AdaptiveCard Column ColumnSet Container FactSet Image ImageSet Media ' +
    'RichTextBlock Table TableCell TableRow TextBlock TextRun'
  ).split(' '),
);

/** Why a flow could not post the message, or people could not use it; empty when all is well. */
export function cardProblems(body: Record<string, unknown>): string[] {
  if (body['@type'] === 'MessageCard') {
    return body['potentialAction'] === undefined ? [] : ['the buttons of a MessageCard do not render'];
  }
  const problems = body['type'] === 'message' ? [] : ['type is not message'];
  const { attachments } = body;
  if (!Array.isArray(attachments) || attachments.length !== 1)
    return [...problems, 'there is not exactly one attachment'];
  const [attachment] = attachments as unknown[];
  if (!isObject(attachment)) return [...problems, 'the attachment is no object'];
  if (attachment['contentType'] !== cardType) problems.push(`contentType is not ${cardType}`);
  if ((attachment['contentUrl'] ?? null) !== null) problems.push('contentUrl is not null');
  const card = attachment['content'];
  if (!isObject(card) || card['type'] !== 'AdaptiveCard') return [...problems, 'content is no AdaptiveCard'];
  if (!versions.has(String(card['version']))) problems.push(`version ${String(card['version'])} is not 1.2 to 1.5`);
  if (!Array.isArray(card['body']) || card['body'].length === 0) problems.push('the card has no body');
  return [...problems, ...partProblems(card, String(card['version']))];
}

/** Looks at each element and action of the card, however deep. */
function partProblems(part: unknown, version: string): string[] {
  if (Array.isArray(part)) return part.flatMap((one) => partProblems(one, version));
  if (!isObject(part)) return [];
  const { type } = part;
  const own = typeof type === 'string' ? ownProblems(part, type, version) : [];
  const inner = Object.entries(part).filter(([name]) => name !== 'msteams');
  return [...own, ...inner.flatMap(([, value]) => partProblems(value, version))];
}

function ownProblems(part: Record<string, unknown>, type: string, version: string): string[] {
  if (type.startsWith('Action.')) {
    if (type !== 'Action.OpenUrl') return [`${type} does not work; only Action.OpenUrl does`];
    return isWebAddress(part['url']) ? [] : ['Action.OpenUrl has no address of the web'];
  }
  if (!elements.has(type)) return [`${type} is no element that shows`];
  if (type === 'TextBlock' && typeof part['text'] !== 'string') return ['TextBlock has no text'];
  if (type === 'Image' && !isWebAddress(part['url'])) return ['Image has no address of the web'];
  if (type === 'FactSet' && !isFacts(part['facts'])) return ['FactSet has facts without title or value'];
  return type === 'Table' && version !== '1.5' ? ['Table needs version 1.5'] : [];
}

function isFacts(facts: unknown): boolean {
  if (!Array.isArray(facts)) return false;
  return facts.every(
    (fact) => isObject(fact) && typeof fact['title'] === 'string' && typeof fact['value'] === 'string',
  );
}
