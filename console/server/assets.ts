import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConsoleServer } from './context.ts';

const own = (file: string): string => fileURLToPath(new URL(`../assets/${file}`, import.meta.url));
const ofPackage = (specifier: string): string => fileURLToPath(import.meta.resolve(specifier));

const styles = 'text/css; charset=utf-8';
const script = 'text/javascript; charset=utf-8';

const files = {
  'console.css': { file: own('console.css'), type: styles },
  'tables-and-forms.css': { file: own('tables-and-forms.css'), type: styles },
  'people.css': { file: own('people.css'), type: styles },
  'sites.css': { file: own('sites.css'), type: styles },
  'settings.css': { file: own('settings.css'), type: styles },
  'promotions.css': { file: own('promotions.css'), type: styles },
  'overview.css': { file: own('overview.css'), type: styles },
  'page.js': { file: own('page.js'), type: script },
  'idiomorph.js': { file: ofPackage('idiomorph/dist/idiomorph.esm.js'), type: script },
  'icon.svg': { file: own('icon.svg'), type: 'image/svg+xml' },
} as const;

export type AssetName = keyof typeof files;

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** Changes with the content, so that a browser may keep it for ever. */
  readonly version: string;
}

const assets = new Map(Object.entries(files).map(([name, { file, type }]) => [name, assetOf(file, type)]));

/** The address of a file of the console's own. */
export function assetUrl(name: AssetName): string {
  return `/assets/${name}?v=${assets.get(name)?.version}`;
}

/** Serves the few files that pages need: all of them ours or of a package, none from elsewhere. */
export function addAssets(server: ConsoleServer): void {
  server.get<{ Params: { name: string } }>('/assets/:name', { config: { open: true } }, (request, reply) => {
    const asset = assets.get(request.params.name);
    if (!asset) return reply.callNotFound();
    return reply.header('cache-control', 'public, max-age=31536000, immutable').type(asset.type).send(asset.bytes);
  });
  server.get('/health/live', { config: { open: true } }, () => ({ live: true }));
}

function assetOf(file: string, type: string): Asset {
  const bytes = readFileSync(file);
  return { type, bytes, version: createHash('sha256').update(bytes).digest('base64url').slice(0, 12) };
}
