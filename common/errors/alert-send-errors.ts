import type { ErrorEntry } from './waybill-error.ts';

export const alertSendErrors = {
  WAYBILL_ALERT_UNREACHABLE: {
    message: 'The destination {destination} could not be reached for an alert: {reason}',
    remedy:
      'Nothing, at first: the alert is tried again. If it goes on, check whether this machine reaches {host} (proxies are taken from HTTPS_PROXY and NO_PROXY), and the address in {setting}.',
    retryable: true,
  },
  WAYBILL_ALERT_PUT_OFF: {
    message: 'The destination {destination} did not take an alert for now: {status} {answer}',
    remedy: 'Nothing, at first: the alert is tried again when {host} says so. If it goes on, ask whoever runs {host}.',
    retryable: true,
  },
  WAYBILL_ALERT_REFUSED: {
    message: 'The destination {destination} refused an alert for good: {status} {answer}',
    remedy:
      'Read the answer of {host}. Usual causes: the webhook was removed or belongs to an archived channel (make a new one and set {setting}), or a template of your own that it does not accept.',
    retryable: false,
  },
  WAYBILL_ALERT_GIVEN_UP: {
    message: 'Alerts of {tenant} did not reach {destination} and were given up: {reason}',
    remedy:
      'Mend what the reason tells: a webhook that was removed or belongs to an archived channel needs a new address in {setting}; a destination that was away needs nothing more. The failures that it missed are on the page Alerts of the console.',
    retryable: false,
  },
  WAYBILL_ALERT_NO_DESTINATION: {
    message: 'There is no alert destination {destination} any more, or it is switched off.',
    remedy: 'Nothing, if it was removed on purpose. Else put it back under alerts.destinations.',
    retryable: false,
  },
  WAYBILL_ALERT_TEMPLATE_FILE: {
    message: 'The alert template {template} could not be read: {reason}',
    remedy: 'Check the path in {setting} and the rights of the account that runs the worker.',
    retryable: false,
  },
  WAYBILL_ALERT_WEBHOOK_DISABLED: {
    message: 'The webhook "{webhook}" of {url} is disabled: {reason}',
    remedy:
      'Mend its cause and switch the webhook on again in the management console of Qlik Cloud. Until then failed reloads are found by asking, which takes up to reconcile.every. A webhook that is off on purpose is left out with reconcile.webhook.enabled: false.',
    retryable: false,
  },
  WAYBILL_ALERT_BROKER: {
    message: 'The MQTT broker {broker} could not be used: {reason}',
    remedy:
      'Check alerts.broker: the address, the login or client certificate, and the authority (alerts.broker.ca) that signed its certificate.',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>;
