import { duration, flag, integer, section, text, url } from '../setting.ts';
import { oidcSection } from './oidc.ts';
import { serverTlsSection } from './server-tls.ts';

export const consoleSection = section({
  enabled: flag().prefault(true).describe('Whether waybill up runs the console too.'),
  bind: text()
    .prefault('127.0.0.1')
    .describe('Address that the console listens on. Another than this machine needs tls or behindProxy.'),
  port: integer(0, 65_535)
    .meta({ kind: 'port' })
    .prefault(5080)
    .describe('Port that the console listens on. 0 = any free one.'),
  publicUrl: url()
    .optional()
    .describe('Address that people open the console at; mails lead there. When not set: made of bind and port.'),
  tls: serverTlsSection.optional().describe('Certificate of the console. When not set: it speaks plain HTTP.'),
  behindProxy: flag()
    .prefault(false)
    .describe('Whether one proxy that speaks TLS stands before it: what it adds to X-Forwarded-For counts then.'),
  localSignIn: flag()
    .prefault(true)
    .describe('Whether people sign in with a name and a password that Waybill keeps. false needs oidc.'),
  oidc: oidcSection.optional().describe('Identity provider (OpenID Connect) that people sign in at.'),
  contact: text()
    .optional()
    .describe(
      'Whom people ask who may not get in, as in: the Qlik team, qlik@company.com. When not set: an administrator.',
    ),
  sessionIdle: duration().prefault('30m').describe('How long somebody stays signed in without doing anything.'),
  sessionLength: duration().prefault('8h').describe('How long somebody stays signed in at most.'),
  refresh: duration().prefault('1s').describe('How often an open page looks for news in the ledger.'),
});
