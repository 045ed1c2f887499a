const mask = '********';
const shortest = 6;
const known = new Set<string>();

/**
 * Remembers the text of a secret that was read, so that no log line of this process can show it, wherever it got in.
 * Texts shorter than six characters are not remembered: they would mask half a line. Safe to repeat.
 */
export function rememberSecret(text: string): void {
  for (const part of new Set([text, text.trim()])) {
    if (part.length < shortest) continue;
    known.add(part);
    known.add(JSON.stringify(part).slice(1, -1));
    known.add(encodeURIComponent(part));
  }
}

/** The text with every remembered secret, every password in an address and every private key masked. */
export function withoutSecrets(text: string): string {
  let masked = text;
  for (const secret of known) {
    if (masked.includes(secret)) masked = masked.replaceAll(secret, mask);
  }
  return masked
    .replaceAll(/(:\/\/[^\s:/@"]*):[^\s/@"]+@/g, `$1:${mask}@`)
    .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/gs, mask);
}
