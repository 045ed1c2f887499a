import type { Rule } from './rule.ts';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i;

/** Somebody gets in, and somebody of them may change settings and people. */
export const consoleHasADoor: Rule = ({ console: { localSignIn, oidc } }) => {
  if (localSignIn) return [];
  if (!oidc) {
    const wrong = 'nobody could sign in: there is no oidc';
    return [{ path: ['console', 'localSignIn'], wrong, right: 'expected true, or oidc with an identity provider' }];
  }
  if (oidc.roles.admin.length > 0) return [];
  const wrong = 'nobody could become administrator: oidc gives no group this role';
  return [{ path: ['console', 'oidc', 'roles', 'admin'], wrong, right: 'expected a group, or localSignIn: true' }];
};

/** The provider is spoken to by TLS, and sends people back to an address that they can open. */
export const oidcIsReached: Rule = ({ console: { bind, behindProxy, publicUrl, oidc } }) => {
  if (!oidc) return [];
  const { protocol, hostname } = new URL(oidc.issuer);
  const isInTheClear = protocol === 'http:' && !loopback.test(hostname.replace(/^\[(.*)\]$/, '$1'));
  const isUnknown = publicUrl === undefined && (behindProxy || ['0.0.0.0', '::'].includes(bind));
  return [
    ...(isInTheClear
      ? [
          {
            path: ['console', 'oidc', 'issuer'],
            wrong: 'whoever listens could sign in as anybody: the identity provider would be asked over plain HTTP',
            right: 'expected an address beginning with https://',
          },
        ]
      : []),
    ...(isUnknown
      ? [
          {
            path: ['console', 'publicUrl'],
            wrong: 'this setting is required with oidc here: the identity provider sends people back to it',
            right: 'expected the address that people open the console at, as in https://waybill.company.com',
          },
        ]
      : []),
  ];
};

/** Passwords and sessions cross no network in the clear. */
export const consoleIsNotInTheClear: Rule = ({ console: { bind, tls, behindProxy } }) => {
  if (loopback.test(bind) || tls || behindProxy) return [];
  const wrong = `the console would speak plain HTTP on ${bind}, which others can read`;
  const right =
    'expected tls with a certificate, behindProxy: true, or an address of this machine alone such as 127.0.0.1';
  return [{ path: ['console', 'bind'], wrong, right }];
};
