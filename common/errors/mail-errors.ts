import type { ErrorEntry } from './waybill-error.ts';

export const mailErrors = {
  WAYBILL_MAIL_TEMPORARY: {
    message: 'The mail server {server} did not take the mail for now: {reason}',
    remedy:
      'Nothing, at first: the mail is tried again. If it goes on, look whether {server} is up and reachable from here (mail.host, mail.port), and what its own log says.',
    retryable: true,
  },
  WAYBILL_MAIL_REJECTED: {
    message: 'The mail server {server} refused the mail for good: {reason}',
    remedy:
      'Read the answer of the server. Usual causes: an address that does not exist, or a sender (mail.from) that this server does not accept from here.',
    retryable: false,
  },
  WAYBILL_MAIL_LOGIN: {
    message: 'The mail server {server} did not accept the login of {user}: {reason}',
    remedy:
      'Check mail.login.user and mail.login.password ({passwordFrom}). If the server wants no login from this machine, remove mail.login.',
    retryable: false,
  },
  WAYBILL_MAIL_CERTIFICATE: {
    message: 'The certificate of the mail server {server} could not be verified: {reason}',
    remedy:
      "Set mail.ca to a PEM file of the authority that signed the server's certificate. If the certificate was issued for another name than {host}, set mail.serverName to that name. An expired certificate has to be renewed on the server. Waybill never skips the check.",
    retryable: false,
  },
  WAYBILL_MAIL_NO_STARTTLS: {
    message: 'The mail server {server} does not offer STARTTLS, which mail.tls requires: {reason}',
    remedy:
      'If the server expects TLS from the first byte, set mail.tls to implicit (usually with mail.port 465). If it really has no TLS, set mail.tls to none or opportunistic; mails and login are then readable on the way. If it used to offer STARTTLS, something between may be removing it.',
    retryable: false,
  },
  WAYBILL_MAIL_TLS: {
    message: 'No TLS connection to the mail server {server} could be made: {reason}',
    remedy:
      'Check that mail.tls and mail.port fit together: implicit is usually port 465, starttls 587 or 25. Otherwise the server may only speak a TLS version that is too old.',
    retryable: false,
  },
  WAYBILL_MAIL_SETTING: {
    message: 'The setting {setting} cannot be used for sending mail: {reason}',
    remedy: 'Correct {setting} in the configuration.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
