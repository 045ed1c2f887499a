import type { Rule } from './rule.ts';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i;

/** Passwords and sessions cross no network in the clear. */
export const consoleIsNotInTheClear: Rule = ({ console: { enabled, bind, tls, behindProxy } }) => {
  if (!enabled || loopback.test(bind) || tls || behindProxy) return [];
  const wrong = `the console would speak plain HTTP on ${bind}, which others can read`;
  const right =
    'expected tls with a certificate, behindProxy: true, or an address of this machine alone such as 127.0.0.1';
  return [{ path: ['console', 'bind'], wrong, right }];
};
