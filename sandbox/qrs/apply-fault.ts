import type { IncomingMessage } from 'node:http';
import { type ActiveFault, type FaultEffect, isAfter } from './faults.ts';
import type { Reply } from './http-call.ts';
import { wait } from './wait.ts';

/** What a fault makes of a request: a reply to send, no reply at all, or nothing yet. */
export type FaultOutcome =
  | { type: 'reply'; reply: Reply }
  | { type: 'silence' }
  | { type: 'not-done' }
  | { type: 'go-on' };

/** What faults can do to the server as a whole. */
export interface PortControl {
  closeFor(ms: number): void;
  /** Restarts the repository, as `QrsSite.restartRepository`. */
  restart(downMs: number): void;
  /** Resets the connection that the request came by. */
  reset(request: IncomingMessage): void;
}

/** Applies the rules that strike before the request's effect; the first that answers or silences wins. */
export async function applyBefore(
  faults: readonly ActiveFault[],
  request: IncomingMessage,
  port: PortControl,
): Promise<FaultOutcome> {
  for (const fault of faults.filter((rule) => !isAfter(rule))) {
    if (fault.afterRequestBytes !== undefined) await receive(request, fault.afterRequestBytes);
    const outcome = await apply(fault.effect, request, port);
    if (outcome.type !== 'go-on') return outcome;
  }
  return { type: 'go-on' };
}

/** Applies the rules that strike after the request's effect to its reply. */
export async function applyAfter(
  faults: readonly ActiveFault[],
  request: IncomingMessage,
  port: PortControl,
): Promise<FaultOutcome> {
  for (const fault of faults.filter(isAfter)) {
    const outcome = await apply(fault.effect, request, port);
    if (outcome.type !== 'go-on') return outcome;
  }
  return { type: 'go-on' };
}

async function apply(effect: FaultEffect, request: IncomingMessage, port: PortControl): Promise<FaultOutcome> {
  switch (effect.type) {
    case 'status': {
      const { status, text, json, headers } = effect;
      return {
        type: 'reply',
        reply: { status, ...(headers && { headers }), ...(json === undefined ? { text: text ?? '' } : { json }) },
      };
    }
    case 'html':
      return { type: 'reply', reply: htmlPage(effect.status ?? 502) };
    case 'too-many': {
      const headers = { 'retry-after': String(effect.retryAfterSeconds) };
      return { type: 'reply', reply: { status: 429, text: 'Too many requests', headers } };
    }
    case 'delay':
      await wait(effect.delayMs);
      return { type: 'go-on' };
    case 'hang':
      return { type: 'silence' };
    case 'reset':
    case 'reply-lost':
      port.reset(request);
      return { type: 'silence' };
    case 'close-port':
      port.closeFor(effect.forMs);
      return { type: 'silence' };
    case 'restart':
      port.restart(effect.downMs);
      return { type: 'silence' };
    case 'not-done':
      return { type: 'not-done' };
    default:
      return { type: 'go-on' };
  }
}

function htmlPage(status: number): Reply {
  const text = `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>Error ${status}</h1></body></html>`;
  return { status, text, contentType: 'text/html; charset=utf-8' };
}

/** Resolves when so many bytes of the body have come, or all. */
function receive(request: IncomingMessage, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    const done = (): void => {
      request.off('data', count);
      request.pause();
      resolve();
    };
    const count = (chunk: Buffer): void => {
      seen += chunk.length;
      if (seen >= bytes) done();
    };
    request.on('data', count);
    request.once('end', resolve);
    request.once('close', resolve);
  });
}
