import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { handleRequest } from '../../gateway/handle-request.ts';
import { event, legacyEvent, makeGateway, SECRET, sign, TENANT } from './make-gateway.ts';

/**
 * Sends generated requests through the gateway, in a process of its own, and prints what came of them: how many of each
 * status, and every request that was published without a valid signature.
 */

const [runs = '20000', seed = '1'] = process.argv.slice(2);
const MAX_BYTES = 256 * 1024;

const json = fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text));
const genuine = fc.constantFrom(event(), legacyEvent()).map((text) => Buffer.from(text));
const duplicateKeys = fc
  .constantFrom(TENANT, 'other', '')
  .map((tenant) => Buffer.from(event().replace('{', `{"tenantid":${JSON.stringify(tenant)},`)));
const cut = fc.tuple(genuine, fc.double({ min: 0, max: 1, noNaN: true })).map(([body, at]) => {
  return body.subarray(0, Math.floor(at * body.length));
});
const flipped = fc.tuple(genuine, fc.nat(), fc.nat(255)).map(([body, at, byte]) => {
  const copy = Buffer.from(body);
  copy[at % copy.length] = byte;
  return copy;
});
const deep = fc
  .integer({ min: 1, max: 60_000 })
  .chain((depth) =>
    fc.constantFrom(
      Buffer.from('['.repeat(depth)),
      Buffer.from(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
      Buffer.from(event().replace('"data":', `"deep":${'['.repeat(depth)}${']'.repeat(depth)},"data":`)),
    ),
  );
const withNul = fc.tuple(genuine, fc.nat()).map(([body, at]) => {
  const middle = at % body.length;
  return Buffer.concat([body.subarray(0, middle), Buffer.from([0]), body.subarray(middle)]);
});
const noise = fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes));
const large = fc.integer({ min: MAX_BYTES - 10, max: MAX_BYTES + 10 }).map((length) => Buffer.alloc(length, 0x20));
const plain = fc.oneof(
  { weight: 4, arbitrary: genuine },
  { weight: 2, arbitrary: json },
  { weight: 2, arbitrary: flipped },
  { weight: 2, arbitrary: cut },
  { weight: 2, arbitrary: noise },
  { weight: 1, arbitrary: withNul },
  { weight: 1, arbitrary: duplicateKeys },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: large },
);
/** The first value, and now and then one of the others. */
function mostly<T>(first: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(first) }, { weight: 2, arbitrary: fc.constantFrom(...others) });
}

const bombs = [1, 20].map((mib) => gzipSync(Buffer.alloc(mib * 1024 * 1024)));
const bodies = fc.oneof(
  { weight: 6, arbitrary: plain.map((body) => ({ body, inner: body, encoding: undefined })) },
  { weight: 2, arbitrary: plain.map((inner) => ({ body: gzipSync(inner), inner, encoding: 'gzip' })) },
  { weight: 1, arbitrary: plain.map((body) => ({ body, inner: body, encoding: 'gzip' })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...bombs).map((body) => ({ body, inner: Buffer.alloc(0), encoding: 'gzip' })),
  },
);
const signatures = mostly('genuine', 'of the inside', 'none', 'wrong secret', 'cut', 'noise');
const headerValue = fc.string({ maxLength: 60 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '').trim());
const requests = fc.record({
  content: bodies,
  signature: signatures,
  encodings: fc.oneof({ weight: 19, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: headerValue }),
  extra: fc.dictionary(fc.stringMatching(/^x-[a-z]{1,10}$/), headerValue, { maxKeys: 5 }),
  contentLength: mostly<string | undefined>(undefined, '-1', '1e9', 'NaN', '0', '999999999'),
  path: mostly(`/events/${TENANT}`, '/events/other', `/events/${TENANT}/`, '/%00', '//', '/'),
  query: fc.constantFrom('', '', '?a=1'),
  method: mostly('POST', 'PUT', 'DELETE', 'PATCH', 'GET'),
});

type Generated = typeof requests extends fc.Arbitrary<infer T> ? T : never;

function signatureOf({ signature, content: { body, inner } }: Generated): string | undefined {
  if (signature === 'none') return undefined;
  if (signature === 'wrong secret') return sign(body, 'a guess');
  if (signature === 'cut') return sign(body).slice(0, 40);
  if (signature === 'noise') return inner.subarray(0, 32).toString('hex');
  return sign(signature === 'genuine' ? body : inner, SECRET);
}

function toRequest(generated: Generated): Request {
  const { content, extra, contentLength, encodings, path, query, method } = generated;
  const signature = signatureOf(generated);
  const encoding = encodings ?? content.encoding;
  return new Request(`http://gateway${path}${query}`, {
    method,
    headers: {
      ...extra,
      ...(signature && { 'qlik-signature': signature }),
      ...(encoding !== undefined && { 'content-encoding': encoding }),
      ...(contentLength && { 'content-length': contentLength }),
    },
    ...(method === 'GET' ? {} : { body: content.body }),
  });
}
const gateway = makeGateway();
const statuses: Record<string, number> = {};
const unsigned: string[] = [];
let sent = 0;
await fc.assert(
  fc.asyncProperty(requests, async (generated) => {
    const { status } = await handleRequest(toRequest(generated), gateway);
    statuses[status] = (statuses[status] ?? 0) + 1;
    const { body, inner } = generated.content;
    const isSigned = [sign(body), sign(inner)].includes(signatureOf(generated) ?? '');
    if (gateway.published.length > 0 && !isSigned) unsigned.push(JSON.stringify(generated).slice(0, 500));
    gateway.published.length = 0;
    gateway.outcomes.length = 0;
    sent += 1;
  }),
  { numRuns: Number(runs), seed: Number(seed), endOnFailure: true },
);
process.stdout.write(JSON.stringify({ sent, statuses, unsigned }));
