const PROMOTION_KEY = 'waybill-promotion-key';
const SHA256 = 'waybill-sha256';
const APP_NAME = 'waybill-app-name';
/** All metadata of an object may have 2 KB together. */
const MOST_NAME_CHARACTERS = 1024;

export interface VersionMetadata {
  promotionKey: string;
  sha256: string;
  appName: string;
}

/**
 * `<prefix><site>/<appId>.qvf`: neither changes when an app is renamed, so that all versions of an app stand under one
 * key. The name is in the metadata.
 */
export function versionKey(prefix: string, { site, appId }: { site: string; appId: string }): string {
  return `${prefix}${site}/${appId.toLowerCase()}.qvf`;
}

/** Whether `versionKey` could have made this key; another program's object may stand in the same bucket. */
export function isVersionKey(prefix: string, key: string): boolean {
  return (
    key.startsWith(prefix) && /^[^/]+\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.qvf$/.test(key.slice(prefix.length))
  );
}

/** Metadata travels in HTTP headers: the name is URL-encoded, and cut at a whole character. */
export function metadataOf({ promotionKey, sha256, appName }: VersionMetadata): Record<string, string> {
  return { [PROMOTION_KEY]: promotionKey, [SHA256]: sha256, [APP_NAME]: encodeName(appName) };
}

/** What a version says of itself; empty texts where something else wrote it. */
export function readMetadata(metadata: Record<string, string> | undefined): VersionMetadata {
  return {
    promotionKey: metadata?.[PROMOTION_KEY] ?? '',
    sha256: metadata?.[SHA256] ?? '',
    appName: decodeName(metadata?.[APP_NAME] ?? ''),
  };
}

function encodeName(name: string): string {
  let encoded = '';
  for (const character of name.toWellFormed()) {
    const next = encodeURIComponent(character);
    if (encoded.length + next.length > MOST_NAME_CHARACTERS) return encoded;
    encoded += next;
  }
  return encoded;
}

function decodeName(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
