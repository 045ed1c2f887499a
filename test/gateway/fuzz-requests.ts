import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { event, legacyEvent, sign, TENANT } from './make-gateway.ts';

/** Stands in every body that could be an event; replaced by a number, so that no two requests bear the same one. */
const MARK = 'MARKMARK';
/** Must never be seen in a log. */
export const CANARY = 'canary-in-a-request';
const MAX_BYTES = 256 * 1024;

/** The first value, and now and then one of the others. */
function mostly<T>(weight: number, first: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(first) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

function weighted<T>(...parts: readonly [number, fc.Arbitrary<T>][]): fc.Arbitrary<T> {
  return fc.oneof(...parts.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

const events = [event({ id: MARK, more: CANARY }), legacyEvent({ eventId: MARK, more: CANARY })];
const genuine = fc.constantFrom(...events).map((text) => Buffer.from(text));
const json = fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text));
const duplicateKeys = fc
  .constantFrom(TENANT, 'other', '')
  .map((tenant) => Buffer.from(events[0]?.replace('{', `{"tenantid":${JSON.stringify(tenant)},`) ?? ''));
const cut = fc.tuple(genuine, fc.nat(1000)).map(([body, share]) => {
  return body.subarray(0, Math.floor((share * body.length) / 1000));
});
const flipped = fc.tuple(genuine, fc.nat(), fc.nat(255)).map(([body, at, byte]) => {
  const copy = Buffer.from(body);
  copy[at % copy.length] = byte;
  return copy;
});
/** A NUL, pieces of UTF-8 that are none, a lone surrogate, a mark of byte order. */
const withOddBytes = fc
  .tuple(genuine, fc.nat(), fc.constantFrom([0], [0xff], [0xc3], [0xed, 0xa0, 0x80], [0xef, 0xbb, 0xbf]))
  .map(([body, at, odd]) => {
    const middle = at % body.length;
    return Buffer.concat([body.subarray(0, middle), Buffer.from(odd), body.subarray(middle)]);
  });
const deep = fc
  .tuple(fc.integer({ min: 1, max: 30_000 }), fc.nat(2))
  .map(([depth, kind]) =>
    Buffer.from(
      [
        '['.repeat(depth),
        `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
        events[0]?.replace('"data":', `"deep":${'['.repeat(depth)}${']'.repeat(depth)},"data":`) ?? '',
      ][kind] ?? '',
    ),
  );
const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const large = fc.integer({ min: MAX_BYTES - 10, max: MAX_BYTES + 10 }).map((length) => Buffer.alloc(length, 0x20));
const plain = weighted(
  [8, genuine],
  [2, json],
  [3, flipped],
  [2, cut],
  [2, noise],
  [2, withOddBytes],
  [1, duplicateKeys],
  [1, deep],
  [1, large],
);
const bombs = [1, 20].map((mib) => gzipSync(Buffer.alloc(mib * 1024 * 1024)));

const chunkSizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 });
const framing = weighted<{ kind: string; sizes?: number[] }>(
  [14, fc.constant({ kind: 'length' })],
  [3, chunkSizes.map((sizes) => ({ kind: 'chunked', sizes }))],
  [
    3,
    fc.constantFrom(
      ...[
        'too long',
        'too short',
        'both',
        'none',
        'bad number',
        'twice',
        'bad chunk',
        'huge chunk',
        'endless chunk',
      ].map((kind) => ({ kind })),
    ),
  ],
);
const token = fc.stringMatching(/^x-[a-z]{1,8}$/);
const value = fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '').trim());
const oddHeaders = fc.constantFrom(
  `x-huge: ${'h'.repeat(20_000)}`,
  Array.from({ length: 300 }, (_, nth) => `x-many-${nth}: ${nth}`).join('\r\n'),
  'x-nul: a\0b',
  'x-folded: a\r\n b',
  'no colon here',
  ': no name',
  'x-bytes: \u00ff\u00fe',
  'expect: 100-continue',
  'expect: something',
  'upgrade: h2c\r\nconnection: upgrade',
  'transfer-encoding: gzip',
  'content-encoding: gzip, gzip',
  'content-encoding: br',
  'content-type: text/plain',
  'qlik-signature: 0',
);

const request = fc.record({
  inner: plain,
  packing: weighted<'as it is' | 'gzip' | 'said to be gzip' | 'bomb'>(
    [8, fc.constant('as it is')],
    [2, fc.constant('gzip')],
    [1, fc.constantFrom('said to be gzip', 'bomb')],
  ),
  bomb: fc.constantFrom(...bombs),
  signature: mostly<string>(
    2,
    'genuine',
    'of the inside',
    'none',
    'wrong secret',
    'cut',
    'noise',
    'upper case',
    'of another body',
  ),
  framing,
  extra: fc.dictionary(token, value, { maxKeys: 3 }),
  odd: mostly<string | undefined>(8, undefined, 'odd'),
  oddHeader: oddHeaders,
  method: mostly(12, 'POST', 'PUT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'CONNECT', 'TRACE', 'BREW', 'post', ''),
  target: mostly(
    14,
    `/events/${TENANT}`,
    '/events/other',
    `/events/${TENANT}/`,
    '/%00',
    '//',
    '/',
    '*',
    `http://elsewhere/events/${TENANT}`,
    `/events/${TENANT}?a=1`,
    '/events/__proto__',
    `/events/${'x'.repeat(9000)}`,
    '/events/%ff',
    'events',
    '',
  ),
  version: mostly(30, 'HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', 'HTTP/2.0', ''),
});

/** Requests that go over one connection, one behind the other, and how that ends. */
export const stories = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 4 }),
  end: mostly<'wait' | 'half-close' | 'hang up'>(6, 'wait', 'half-close', 'hang up'),
  share: fc.nat(1000),
  pieces: fc.integer({ min: 1, max: 3 }),
});

type Generated = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** A request as bytes, and what would be published of it if it is taken. */
export interface WireRequest {
  readonly bytes: Buffer;
  readonly plain: Buffer;
  /** With a signature of its body under the secret of the tenant. */
  readonly isSigned: boolean;
}

/** The bytes of a request; `number` is its own. */
export function toWire(generated: Generated, number: number, isLast: boolean): WireRequest {
  const inner = marked(generated.inner, number);
  const body = generated.packing === 'gzip' ? gzipSync(inner) : generated.packing === 'bomb' ? generated.bomb : inner;
  const signature = signatureOf(generated.signature, body, inner);
  const headers = [
    'host: gateway',
    `x-canary: ${CANARY}`,
    ...(generated.packing === 'as it is' ? [] : ['content-encoding: gzip']),
    ...(signature === undefined ? [] : [`qlik-signature: ${signature}`]),
    ...Object.entries(generated.extra).map(([name, text]) => `${name}: ${text}`),
    ...(generated.odd ? [generated.oddHeader] : []),
    ...(isLast ? ['connection: close'] : []),
  ];
  const { method, target, version } = generated;
  const framed = frame(generated.framing, body);
  const head = [`${method} ${target} ${version}`, ...headers, ...framed.headers, '', ''].join('\r\n');
  return {
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), framed.body]),
    plain: inner,
    isSigned: ['genuine', 'upper case', 'of the inside'].includes(generated.signature),
  };
}

function marked(body: Buffer, number: number): Buffer {
  const at = body.indexOf(MARK);
  if (at < 0) return body;
  const copy = Buffer.from(body);
  copy.write(String(number).padStart(MARK.length, '0'), at);
  return copy;
}

function signatureOf(kind: string, body: Buffer, inner: Buffer): string | undefined {
  if (kind === 'none') return undefined;
  if (kind === 'wrong secret') return sign(body, 'a guess');
  if (kind === 'cut') return sign(body).slice(0, 40);
  if (kind === 'noise') return inner.subarray(0, 32).toString('hex');
  if (kind === 'of another body') return sign('another body');
  if (kind === 'upper case') return sign(body).toUpperCase();
  return sign(kind === 'genuine' ? body : inner);
}

function frame(
  { kind, sizes = [] }: { kind: string; sizes?: number[] },
  body: Buffer,
): { headers: string[]; body: Buffer } {
  const { length } = body;
  const chunked = 'transfer-encoding: chunked';
  const said = (text: string | number): string => `content-length: ${text}`;
  switch (kind) {
    case 'length':
      return { headers: [said(length)], body };
    case 'chunked':
      return { headers: [chunked], body: inChunks(body, sizes) };
    case 'too long':
      return { headers: [said(length + 10)], body };
    case 'too short':
      return { headers: [said(Math.max(0, length - 10))], body };
    case 'both':
      return { headers: [chunked, said(length)], body: inChunks(body, [100]) };
    case 'bad number':
      return { headers: [said('1e9')], body };
    case 'twice':
      return { headers: [said(length), said(length + 1)], body };
    case 'bad chunk':
      return { headers: [chunked], body: Buffer.concat([Buffer.from('zz\r\n'), body]) };
    case 'huge chunk':
      return { headers: [chunked], body: Buffer.concat([Buffer.from('ffffffffffffffff\r\n'), body]) };
    case 'endless chunk':
      return { headers: [chunked], body: Buffer.concat([Buffer.from('7fffffff\r\n'), body]) };
    default:
      return { headers: [], body };
  }
}

function inChunks(body: Buffer, sizes: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0, nth = 0; at < body.length; nth += 1) {
    const piece = body.subarray(at, at + Math.max(sizes[nth % sizes.length] ?? 1, Math.ceil(body.length / 50)));
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
