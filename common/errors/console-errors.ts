import type { ErrorEntry } from './waybill-error.ts';

export const consoleErrors = {
  WAYBILL_CONSOLE_CANNOT_LISTEN: {
    message: 'The console cannot listen on {address}: {reason}.',
    remedy:
      'Stop the other program, perhaps another Waybill, or set console.bind to an address of this machine and console.port to a free port.',
    retryable: false,
  },
  WAYBILL_CONSOLE_CERTIFICATE_UNUSABLE: {
    message: 'The console cannot use the file {file} (console.tls): {reason}.',
    remedy:
      'Let console.tls.certificate and console.tls.key name a PEM certificate and its own key, which the account that runs Waybill can read.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CONSOLE_FILE_GONE: {
    message: 'This file of app "{app}" cannot be had any more, or not from here: {reason}',
    remedy:
      'Exported files are kept as long as artifacts.keep says, and on the host of the worker unless they are kept in S3. Ask for it there, or take a version from S3.',
    retryable: false,
  },
  WAYBILL_CONSOLE_FORBIDDEN: {
    message: '{why}',
    remedy: 'Ask an administrator of Waybill for the right, under People on the console.',
    retryable: false,
  },
  WAYBILL_CONSOLE_FORM_REFUSED: {
    message: 'The form was not accepted: {reason}.',
    remedy: 'Go back, load the page again and send the form once more.',
    retryable: false,
  },
  WAYBILL_CONSOLE_TOO_MANY_TRIES: {
    message: 'There were too many wrong passwords {where}.',
    remedy: 'Try again in {wait}. An administrator can give you a link to choose a new password, under People.',
    retryable: true,
  },
  WAYBILL_CONSOLE_BUSY: {
    message: 'Too many people sign in at this moment.',
    remedy: 'Try again in a minute.',
    retryable: true,
  },
  WAYBILL_CONSOLE_LINK_USED_UP: {
    message: 'This link was used, replaced by a newer one, or is older than {hours} hours.',
    remedy:
      'Ask an administrator for a new one, under People. Where there is none yet, start the console again or run waybill console link.',
    retryable: false,
  },
  WAYBILL_CONSOLE_HAS_ADMINISTRATOR: {
    message: 'There is no need for a set-up link: {who}.',
    remedy:
      'Ask an administrator, under People on the console. For an administrator who forgot the password: waybill console link --for NAME.',
    retryable: false,
  },
  WAYBILL_CONSOLE_NO_PERSON: {
    message: 'Nobody of the name {name} signs in with a password here.',
    remedy: 'Look under People on the console who there is. Whoever signs in with oidc has no password of Waybill.',
    retryable: false,
    exitCode: 3,
  },
  WAYBILL_CONSOLE_LAST_ADMINISTRATOR: {
    message: 'Nobody would be left who can sign in as administrator.',
    remedy: 'Make somebody else administrator first. Somebody counts who is enabled and has chosen a password.',
    retryable: false,
  },
  WAYBILL_CONSOLE_PROVIDER_AWAY: {
    message: 'The identity provider {issuer} cannot be used: {reason}.',
    remedy: 'Try again later. Where it lasts, compare console.oidc with what the provider says of itself, at {issuer}.',
    retryable: true,
  },
  WAYBILL_CONSOLE_SIGN_IN_FAILED: {
    message: 'The identity provider did not sign you in: {reason}.',
    remedy: 'Sign in once more. Where it happens again, ask {contact}.',
    retryable: false,
  },
  WAYBILL_CONSOLE_NO_ROLE: {
    message: 'You are known as {account}, but none of your groups may use Waybill{groups}.',
    remedy: 'Ask {contact}: one of your groups has to stand in console.oidc.roles.',
    retryable: false,
  },
  WAYBILL_CONSOLE_SHUT_OUT: {
    message: 'You are known as {account}, but an administrator has shut you out.',
    remedy: 'Ask {contact}.',
    retryable: false,
  },
  WAYBILL_CONSOLE_NAME_TAKEN: {
    message: 'The name {name} belongs to somebody else on this console.',
    remedy:
      'Ask {contact}. An administrator can let the name be taken over, under People, where it belongs to somebody of the identity provider; else set console.oidc.nameClaim to a claim that is different for everybody.',
    retryable: false,
  },
  WAYBILL_CONSOLE_CLAIM_UNUSABLE: {
    message: 'The identity provider tells too little of you: {reason}.',
    remedy: 'Ask {contact}: let the provider send this claim, or set {setting} to one that it sends.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
