import { z } from 'zod';

/**
 * One ExternalChangeInfo as far as it is of use (QRS facts, section 1). A change without a type is taken for one of an
 * app, for nothing else is subscribed to; what it is about otherwise does not have to be right.
 */
const change = z.object({ objectType: z.string().nullish(), objectID: z.unknown() });
const changes = z.array(change);
const guid = z.guid();

/** The apps that a callback is about, or why it cannot be read. */
export type CallbackContent =
  | { readonly appIds: readonly string[]; readonly changes: number }
  | { readonly notJson: string }
  | { readonly malformed: string };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the body of a callback. What is wrong with it is told by place, never by content. */
export function readCallback(body: Uint8Array): CallbackContent {
  const json = parseJson(body);
  if (json === undefined) return { notJson: 'the body is not JSON' };
  const parsed = changes.safeParse(json.value);
  if (!parsed.success) return { malformed: wordsOf(parsed.error.issues[0]) };
  const ofApps = parsed.data
    .map(({ objectType, objectID }, index) => ({ objectType, objectID, index }))
    .filter(isOfApp);
  const appIds: string[] = [];
  for (const { objectID, index } of ofApps) {
    const id = guid.safeParse(objectID);
    if (!id.success) return { malformed: `${index}.objectID is not a guid` };
    appIds.push(id.data.toLowerCase());
  }
  return { appIds, changes: parsed.data.length };
}

function isOfApp({ objectType }: { readonly objectType?: string | null }): boolean {
  return objectType === undefined || objectType === null || objectType.toLowerCase() === 'app';
}

function parseJson(body: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(utf8.decode(body)) };
  } catch {
    return undefined;
  }
}

function wordsOf(issue: z.core.$ZodIssue | undefined): string {
  return issue === undefined || issue.path.length === 0
    ? 'the body is not an array of changes'
    : `${issue.path.join('.')} is not what it should be`;
}
