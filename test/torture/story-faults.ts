import fc from 'fast-check';
import type { FaultEffect, FaultRule } from '../../sandbox/qrs/faults.ts';
import type { S3FaultRule } from '../../sandbox/s3/s3-faults.ts';
import { APP } from '../effects/effects.ts';
import type { FaultDeed } from './story.ts';

interface Call {
  readonly method?: string;
  readonly path?: string | RegExp;
}

/** Calls that a promotion makes, the first two being any. */
const calls: readonly Call[] = [
  {},
  { method: 'GET' },
  { method: 'GET', path: /^\/qrs\/app\/full\?/ },
  { method: 'GET', path: /^\/qrs\/app\/object\/full\?/ },
  { method: 'GET', path: /^\/qrs\/(stream|user|tag|custompropertydefinition)/ },
  { method: 'GET', path: APP },
  { method: 'POST', path: '/export/' },
  { method: 'GET', path: '/tempcontent/' },
  { method: 'POST', path: '/app/upload' },
  { method: 'POST', path: '/copy' },
  { method: 'PUT', path: '/publish' },
  { method: 'PUT', path: '/replace' },
  { method: 'PUT', path: APP },
  { method: 'DELETE', path: APP },
  { path: '/notification' },
];

const effects: fc.Arbitrary<FaultEffect> = fc.oneof(
  fc
    .constantFrom(400, 403, 409, 500, 502, 503, 504)
    .map((status) => ({ type: 'status' as const, status, text: 'No.' })),
  fc.constantFrom(200, 502).map((status) => ({ type: 'html' as const, status })),
  fc.constantFrom(0, 1).map((retryAfterSeconds) => ({ type: 'too-many' as const, retryAfterSeconds })),
  fc.constant({ type: 'hang' as const }),
  fc.constant({ type: 'reset' as const }),
  fc.constantFrom(50, 600).map((delayMs) => ({ type: 'delay' as const, delayMs })),
  fc.constantFrom(200, 5000).map((bytesPerSecond) => ({ type: 'slow' as const, bytesPerSecond })),
  fc.constantFrom(0, 1, 300).map((afterBytes) => ({ type: 'truncate' as const, afterBytes })),
  fc.constantFrom(0, 1, 300).map((afterBytes) => ({ type: 'short' as const, afterBytes })),
  fc.constant({ type: 'reply-lost' as const }),
  fc.constant({ type: 'reply-lost' as const }),
  fc.constant({ type: 'not-done' as const }),
  fc.constantFrom(100, 600).map((forMs) => ({ type: 'close-port' as const, forMs })),
  fc.constantFrom(0, 400).map((downMs) => ({ type: 'restart' as const, downMs })),
);

const rules: fc.Arbitrary<FaultRule> = fc
  .record({
    effect: effects,
    call: fc.constantFrom(...calls),
    nth: fc.constantFrom(1, 1, 1, 2, 3),
    times: fc.constantFrom(1, 1, 2, 3, 0),
    when: fc.constantFrom('usual', 'usual', 'before', 'after'),
  })
  .map(({ effect, call, nth, times, when }) => ({
    // A site that answers a read with success has read; only a change can be pretended.
    effect,
    ...(effect.type === 'not-done' && call.method !== 'PUT' && call.method !== 'DELETE' ? { method: 'PUT' } : call),
    nth,
    times,
    ...(isTimed(effect) && when !== 'usual' && { when: when as 'before' | 'after' }),
  }));

/** Whether it makes sense both before and after the request's effect. */
function isTimed({ type }: FaultEffect): boolean {
  return ['status', 'html', 'too-many', 'hang', 'reset', 'delay', 'close-port', 'restart'].includes(type);
}

const storeRules: fc.Arbitrary<S3FaultRule> = fc.record({
  effect: fc.constantFrom(
    { type: 'error' as const },
    { type: 'slow-down' as const },
    { type: 'expired' as const },
    { type: 'reset' as const },
    { type: 'reset-upload' as const, afterBytes: 10 },
    { type: 'hang' as const },
    { type: 'reply-lost' as const },
    { type: 'truncate' as const, afterBytes: 10 },
  ),
  times: fc.constantFrom(1, 2, 3, 0),
});

const sites = fc.constantFrom('dev' as const, 'test' as const, 'prod' as const);

/** Something that goes wrong outside of Waybill, or the end of all that. */
export const faultDeeds: fc.Arbitrary<FaultDeed> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ deed: fc.constant('fault' as const), site: sites, rule: rules }) },
  {
    weight: 1,
    arbitrary: fc.record({
      deed: fc.constant('restart-repository' as const),
      site: sites,
      downMs: fc.constantFrom(0, 500),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      deed: fc.constant('callbacks' as const),
      faults: fc.constantFrom<{ dropRate?: number; copies?: number; shuffle?: boolean; batchUpTo?: number }>(
        { dropRate: 1 },
        { dropRate: 0.5 },
        { copies: 20 },
        { copies: 5, shuffle: true, batchUpTo: 7 },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      deed: fc.constant('mail' as const),
      trouble: fc.constantFrom('greylist', 'reject', 'hang', 'lose-reply', 'refuse'),
      times: fc.constantFrom(1, 2, 3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ deed: fc.constant('store' as const), rule: storeRules }) },
  { weight: 2, arbitrary: fc.constant({ deed: 'mend' as const }) },
);
