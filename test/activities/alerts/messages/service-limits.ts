/**
 * What Slack and Teams would refuse, written from their documentation and not from the product's own check: a list of
 * complaints for a request body, empty for one that is taken.
 */
type Part = Record<string, unknown>;

export function slackComplaints(body: string): string[] {
  const message = JSON.parse(body) as Part;
  const blocks = (message['blocks'] ?? []) as Part[];
  return [
    ...complain(typeof message['text'] === 'string' && message['text'] !== '', 'no fallback text'),
    ...complain(blocks.length >= 1 && blocks.length <= 50, `${blocks.length} blocks`),
    ...complain(JSON.stringify(blocks).length <= 13_200, `${JSON.stringify(blocks).length} characters in total`),
    ...complain(textsOf(message).every(isClean), 'characters that are none'),
    ...blocks.flatMap(blockComplaints),
    ...partsOf(message).flatMap(textObjectComplaints),
  ];
}

function blockComplaints(block: Part): string[] {
  const fields = (block['fields'] ?? []) as Part[];
  const elements = (block['elements'] ?? []) as Part[];
  const text = (block['text'] as Part | undefined)?.['text'] as string | undefined;
  switch (block['type']) {
    case 'header':
      return complain(text !== undefined && text.length <= 150, `a header of ${text?.length}`);
    case 'section':
      return [
        ...complain(text !== undefined || fields.length > 0, 'an empty section'),
        ...complain((text ?? '').length <= 3000, `a section text of ${text?.length}`),
        ...complain(fields.length <= 10, `${fields.length} fields`),
        ...fields.flatMap((field) => complain(String(field['text']).length <= 2000, 'a field that is too long')),
      ];
    case 'actions':
      return [
        ...complain(elements.length >= 1 && elements.length <= 25, `${elements.length} buttons`),
        ...elements.flatMap(buttonComplaints),
      ];
    case 'divider':
      return [];
    default:
      return [`a block of type ${String(block['type'])}`];
  }
}

function buttonComplaints(button: Part): string[] {
  const [label, url] = [(button['text'] as Part)['text'] as string, button['url'] as string];
  return [
    ...complain((button['text'] as Part)['type'] === 'plain_text', 'a button whose label is no plain text'),
    ...complain(label.length <= 75, 'a button label that is too long'),
    ...complain(URL.canParse(url) && url.length <= 3000 && !url.includes('&amp;'), `a button to ${url}`),
  ];
}

function textObjectComplaints(part: Part): string[] {
  if (part['type'] !== 'mrkdwn' && part['type'] !== 'plain_text') return [];
  const text = part['text'];
  if (typeof text !== 'string' || text === '') return ['an empty text'];
  if (part['type'] === 'plain_text') return [];
  const withoutEntities = text.replaceAll(/&(amp|lt|gt);/g, '');
  return [
    ...complain(!/[&<>]/.test(withoutEntities), `a text with an unescaped character: ${text}`),
    ...complain((text.match(/```/g)?.length ?? 0) % 2 === 0, 'a fence that ends too early'),
  ];
}

export function teamsComplaints(body: string): string[] {
  const message = JSON.parse(body) as Part;
  const attachments = (message['attachments'] ?? []) as Part[];
  const [attachment] = attachments;
  const card = (attachment?.['content'] ?? {}) as Part;
  return [
    ...complain(Buffer.byteLength(body) <= 20 * 1024, `${Buffer.byteLength(body)} bytes`),
    ...complain(message['type'] === 'message' && attachments.length === 1, 'not one attachment'),
    ...complain(attachment?.['contentType'] === 'application/vnd.microsoft.card.adaptive', 'no card'),
    ...complain(attachment?.['contentUrl'] === null, 'a contentUrl'),
    ...complain(card['type'] === 'AdaptiveCard' && /^1\.[0-4]$/.test(String(card['version'])), 'no card of 1.4'),
    ...complain(textsOf(message).every(isClean), 'characters that are none'),
    ...partsOf(card).flatMap(cardPartComplaints),
  ];
}

const cardTypes = ['AdaptiveCard', 'TextBlock', 'RichTextBlock', 'TextRun', 'Container', 'ActionSet', 'Action.OpenUrl'];

function cardPartComplaints(part: Part): string[] {
  const type = part['type'] as string | undefined;
  if (type === undefined) return [];
  return [
    ...complain(cardTypes.includes(type), `a part of type ${type}`),
    ...complain(
      type !== 'ActionSet' || ((part['actions'] as Part[]).length > 0 && (part['actions'] as Part[]).length <= 6),
      'actions',
    ),
    ...complain(type !== 'Action.OpenUrl' || URL.canParse(part['url'] as string), `an address ${String(part['url'])}`),
    ...complain(!['TextRun', 'TextBlock'].includes(type) || part['text'] !== '', 'an empty text'),
    ...complain(type !== 'TextRun' || !String(part['text']).includes('\n'), 'a run of two lines'),
  ];
}

/** Every object in a message, itself too. */
export function partsOf(value: unknown): Part[] {
  if (Array.isArray(value)) return value.flatMap(partsOf);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Part, ...Object.values(value).flatMap(partsOf)];
}

/** Every text in a message. */
export function textsOf(value: unknown): string[] {
  return partsOf(value).flatMap((part) => Object.values(part).filter((text) => typeof text === 'string'));
}

function complain(isRight: boolean, complaint: string): string[] {
  return isRight ? [] : [complaint];
}

function isClean(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  return text.isWellFormed() && !/[\u0000-\u0008\u000b-\u001f\ufdd0-\ufdef]/.test(text);
}
