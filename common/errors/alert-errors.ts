import type { ErrorEntry } from './waybill-error.ts';

export const alertErrors = {
  WAYBILL_ALERT_TEMPLATE: {
    message: 'The alert template {template} cannot be filled: {problem}',
    remedy:
      'Correct {template}. Until then the alerts that use it go out in their basic form. The reference of alert messages lists the fields that a template may name.',
    retryable: false,
  },
  WAYBILL_ALERT_TEMPLATE_JSON: {
    message: 'The alert template {template} does not give JSON: {problem}',
    remedy:
      'Correct {template}: look for a comma too many or too few, mostly around a loop or a condition, and for a text without its quotation marks. Values are escaped by Waybill and need nothing. Until then the alerts that use it go out in their basic form.',
    retryable: false,
  },
  WAYBILL_ALERT_TEMPLATE_REFUSED: {
    message: 'The alert template {template} gives a message that {service} would refuse: {problem}',
    remedy:
      'Correct {template}. A script log that is too long is cut by Waybill before this is said, so it is something else that does not fit. Until then the alerts that use it go out in their basic form.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
