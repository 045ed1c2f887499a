import type { ErrorEntry } from './waybill-error.ts';

/**
 * Facts that every error of a call to a site carries: `site` (alias), `host` (`name:port`), `doing` (the call in words),
 * `mayHaveTakenEffect` (true when a write may have been done although it failed).
 */
export const qrsErrors = {
  WAYBILL_QRS_UNREACHABLE: {
    message: 'Site {site} ({host}) could not be reached while trying to {doing}: {reason}.',
    remedy:
      'Check that the Qlik Sense Repository Service runs on {host}, that its port is open from this machine, and the settings sites.{site}.hosts and sites.{site}.port.',
    retryable: true,
  },
  WAYBILL_QRS_TLS_UNTRUSTED: {
    message: 'Site {site} ({host}) showed a certificate that root.pem of this site does not vouch for ({reason}).',
    remedy:
      'Export the certificates of this very site in the QMC (Certificates, PEM format) and put root.pem into the folder of sites.{site}.certificates.',
    retryable: false,
  },
  WAYBILL_QRS_TLS_NAME: {
    message: 'Site {site} ({host}) showed a certificate for another name: asked for {expected}, issued for {names}.',
    remedy:
      'Set sites.{site}.serverName to a name the certificate was issued for ({names}), or use that name in sites.{site}.hosts.',
    retryable: false,
  },
  WAYBILL_QRS_TLS_EXPIRED: {
    message: 'The certificate of site {site} ({host}) is not valid today: {reason}.',
    remedy:
      'Check the clock of this machine and of {host}; if the certificate has run out, recreate the certificates of the site and export them again to sites.{site}.certificates.',
    retryable: false,
  },
  WAYBILL_QRS_TLS_FAILED: {
    message: 'No encrypted connection to site {site} ({host}) could be agreed on: {reason}.',
    remedy:
      'Check that sites.{site}.port is the port of the Qlik Sense Repository Service (usually 4242) and that both sides allow TLS 1.2 or later.',
    retryable: false,
  },
  WAYBILL_QRS_CERTIFICATE_FILES: {
    message: 'The certificate files of site {site} cannot be used: {file}: {reason}.',
    remedy:
      'Put root.pem, client.pem and client_key.pem of one QMC export into the folder of {setting}, readable for the account that runs Waybill.',
    retryable: false,
  },
  WAYBILL_QRS_CLIENT_CERTIFICATE: {
    message: 'Site {site} ({host}) does not accept the client certificate of Waybill: {reason}.',
    remedy:
      'Export the certificates of this site again in the QMC and put client.pem and client_key.pem into the folder of sites.{site}.certificates.',
    retryable: false,
  },
  WAYBILL_QRS_USER: {
    message: 'Site {site} ({host}) does not let the user {user} in: {reply}',
    remedy:
      'Check sites.{site}.user (directory and id) and, in the QMC, that this user exists, is active and has the needed role.',
    retryable: false,
  },
  WAYBILL_QRS_XSRF: {
    message: 'Site {site} ({host}) refused the request key (Xrfkey) when Waybill tried to {doing}: {reply}',
    remedy:
      'Something between Waybill and {host} changes or cuts the address or the headers of requests: let Waybill reach the repository port of sites.{site}.hosts directly.',
    retryable: false,
  },
  WAYBILL_QRS_FORBIDDEN: {
    message: 'Site {site} ({host}) does not allow the user {user} to {doing} (status {status}): {reply}',
    remedy:
      'Give the user of sites.{site}.user the rights for it in the QMC (for example the role RootAdmin or ContentAdmin).',
    retryable: false,
  },
  WAYBILL_QRS_NOT_FOUND: {
    message: 'Site {site} ({host}) has nothing there when asked to {doing}: {reply}',
    remedy: 'Look in the QMC of the site whether it was deleted or moved meanwhile.',
    retryable: false,
  },
  WAYBILL_QRS_CONFLICT: {
    message:
      'Site {site} ({host}) would not {doing}: changed by {modifiedBy} at {modifiedAtUtc} after Waybill had read it.',
    remedy:
      'Nothing to do: Waybill reads it again and repeats the change. If it comes back for hours, something else keeps changing this entity.',
    retryable: true,
  },
  WAYBILL_QRS_REFUSED: {
    message: 'Site {site} ({host}) refused to {doing} (status {status}): {reply}',
    remedy: 'Read the answer of the site; the Repository log on {host} says more.',
    retryable: false,
  },
  WAYBILL_QRS_BUSY: {
    message: 'Site {site} ({host}) is too busy to {doing} (status {status}): {reply}',
    remedy: 'Nothing to do: Waybill waits as long as the site asks for and tries again.',
    retryable: true,
  },
  WAYBILL_QRS_SERVER: {
    message: 'Site {site} ({host}) failed when asked to {doing} (status {status}): {reply}',
    remedy: 'Waybill tries again. If it lasts, look into the Repository and Engine logs on {host}.',
    retryable: true,
  },
  WAYBILL_QRS_REPLY: {
    message: 'The reply of site {site} ({host}) could not be read when asked to {doing}: {reason}.',
    remedy:
      'Check that sites.{site}.hosts and sites.{site}.port lead to the Qlik Sense Repository Service itself (usually port 4242), not to a proxy or a login page.',
    retryable: true,
  },
  WAYBILL_QRS_STALLED: {
    message:
      'The transfer with site {site} ({host}) stood still for {stallMs} ms while trying to {doing}, waiting for {waitingFor}; {transferredBytes} bytes had been moved.',
    remedy:
      'Waybill tries again. Check the network to {host} and its load; timeouts.stall sets how long a standstill is borne.',
    retryable: true,
  },
  WAYBILL_QRS_TIMEOUT: {
    message: 'Site {site} ({host}) did not answer within {timeoutMs} ms when asked to {doing}.',
    remedy: 'Waybill tries again. If the site is only slow, raise {setting}.',
    retryable: true,
  },
  WAYBILL_QRS_TRUNCATED: {
    message:
      'The file from site {site} ({host}) ended early while trying to {doing}: {receivedBytes} of {announcedBytes} bytes came.',
    remedy: 'Waybill tries again. If it comes back, check the network to {host} and the free space on the site.',
    retryable: true,
  },
  WAYBILL_QRS_UPLOAD_SOURCE: {
    message:
      'The file for site {site} ({host}) is not as long as announced while trying to {doing}: {sizeBytes} bytes were announced, {sentBytes} had been sent.',
    remedy:
      'The stored app file is damaged or was changed: abort this promotion and approve the app again, so that it is exported anew.',
    retryable: false,
  },
  WAYBILL_QRS_NOT_CENTRAL: {
    message:
      'The central node of site {site} does not answer, and {host}, which is not central, would not {doing} (status {status}): {reply}',
    remedy:
      'Nothing to do if the central node comes back: Waybill tries again. Otherwise check that sites.{site}.hosts names the central node.',
    retryable: true,
  },
  WAYBILL_QRS_VALUE: {
    message: '{value} cannot be used as {kind} in a call to a Qlik Sense site.',
    remedy: 'This is a fault in Waybill or in a setting that holds this value: correct the setting, or report it.',
    retryable: false,
  },
  WAYBILL_QRS_SITE_UNKNOWN: {
    message: 'There is no site {site} in the configuration; it knows {known}.',
    remedy: 'Add the site under sites, or correct the name where it is used.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
