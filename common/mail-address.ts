/**
 * The bare address of a text such as ` a@x.com ` or `Anna <a@x.com>`, or undefined where the text is not exactly one
 * address. Strict, because such texts come from directories and files: nothing that could name a second recipient,
 * start a header or be read as a list passes.
 */
export function bareAddress(text: string): string | undefined {
  const inner = /^[^<>]*<([^<>]+)>$/.exec(text.trim())?.[1] ?? text.trim();
  const address = inner.trim().replace(/^mailto:/i, '');
  // oxlint-disable-next-line no-control-regex -- a line break in an address would start a header
  return /^[^\s@<>(),;:"\\[\]\u0000-\u001f\u007f]{1,64}@[^\s@<>(),;:"\\[\]\u0000-\u001f\u007f]{1,255}$/.test(address)
    ? address
    : undefined;
}

/** The addresses that are addresses, each once (case does not matter), and the texts that are none. */
export function distinctAddresses(texts: readonly string[]): { addresses: string[]; invalid: string[] } {
  const seen = new Map<string, string>();
  const invalid: string[] = [];
  for (const text of texts) {
    const address = bareAddress(text);
    if (address === undefined) invalid.push(text);
    else if (!seen.has(address.toLowerCase())) seen.set(address.toLowerCase(), address);
  }
  return { addresses: [...seen.values()], invalid };
}
