import { hash, timingSafeEqual } from 'node:crypto';
import type { Call } from './call.ts';
import type { HeaderRules } from './settings.ts';

/**
 * The first header rule that a request breaks, in words without its values; undefined when it keeps all. A rule that is
 * not set is not looked at: a proxy may take away what Qlik Cloud sent, and adds what only it can know. Pure.
 */
export function brokenRule(request: Call, rules: HeaderRules): string | undefined {
  const { headers } = request;
  const is = (name: string, expected: string): boolean => fold(headers.get(name) ?? '') === fold(expected);
  if (rules.contentType && fold(mediaTypeOf(headers)) !== fold(rules.contentType)) return 'content-type';
  if (rules.userAgent && !is('user-agent', rules.userAgent)) return 'user-agent';
  const custom = Object.entries(rules.custom ?? {}).find(([name, value]) => !isSecret(headers.get(name), value));
  if (custom) return custom[0].toLowerCase();
  if (rules.forwardedProto && !is('x-forwarded-proto', rules.forwardedProto)) return 'x-forwarded-proto';
  const { tlsVersion } = rules;
  if (tlsVersion && !tlsVersion.allowed.includes(headers.get(tlsVersion.header) ?? '')) {
    return tlsVersion.header.toLowerCase();
  }
  if (rules.noQuery && new URL(request.url).search !== '') return 'query string';
  return undefined;
}

function mediaTypeOf(headers: Call['headers']): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}

/** Takes the same time however much of it fits. */
function isSecret(given: string | null, expected: string): boolean {
  const [one, other] = [given ?? '', expected].map((text) => hash('sha256', text, 'buffer')) as [Buffer, Buffer];
  return given !== null && timingSafeEqual(one, other);
}
