/** Text of a body that may have been cut. */
export interface BoundedText {
  readonly text: string;
  readonly isCut: boolean;
}

/** The beginning of a body, at most so many bytes; the rest is not read. Half a character at the end is left out. */
export async function readBeginning(body: AsyncIterable<Uint8Array>, mostBytes: number): Promise<BoundedText> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    const room = mostBytes - bytes;
    bytes += chunk.length;
    if (bytes > mostBytes)
      return { text: text + decoder.decode(chunk.subarray(0, room), { stream: true }), isCut: true };
    text += decoder.decode(chunk, { stream: true });
  }
  return { text: text + decoder.decode(), isCut: false };
}

export interface EndsLimits {
  /** As much is kept of the beginning, and as much of the end. */
  readonly keptBytes: number;
  /** A body that is longer is read no further; what is then kept of its end is what came last. */
  readonly readBytes: number;
}

/**
 * A body, or where it is long its beginning and its end with a line in between that says so: a script log tells at its
 * end why the reload failed. Never holds more than twice `keptBytes` and a chunk.
 */
export async function readBothEnds(body: AsyncIterable<Uint8Array>, limits: EndsLimits): Promise<BoundedText> {
  const head: Uint8Array[] = [];
  const tail: Uint8Array[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let leftOutBytes = 0;
  let isWhole = true;
  for await (const chunk of body) {
    const ofHead = chunk.subarray(0, limits.keptBytes - headBytes);
    const rest = chunk.subarray(ofHead.length);
    if (ofHead.length > 0) head.push(ofHead);
    headBytes += ofHead.length;
    if (rest.length > 0) tail.push(rest);
    tailBytes += rest.length;
    while (tail[0] && tailBytes - tail[0].length >= limits.keptBytes) {
      tailBytes -= tail[0].length;
      leftOutBytes += tail.shift()?.length ?? 0;
    }
    isWhole = headBytes + tailBytes + leftOutBytes <= limits.readBytes;
    if (!isWhole) break;
  }
  const excess = Math.max(0, tailBytes - limits.keptBytes);
  if (excess + leftOutBytes === 0 && isWhole) return { text: decoded([...head, ...tail]), isCut: false };
  const ending = decoded([Buffer.concat(tail).subarray(excess)]);
  const note = `(${excess + leftOutBytes} bytes are left out here${isWhole ? '' : ', and the rest was not read'})`;
  return { text: `${decoded(head)}\n${note}\n${ending}`, isCut: true };
}

/** Bytes in UTF-8; the halves of a character that was cut are shown as unknown. */
function decoded(chunks: readonly Uint8Array[]): string {
  return new TextDecoder().decode(Buffer.concat(chunks));
}
