import type { ErrorEntry } from './waybill-error.ts';

export const siteErrors = {
  WAYBILL_SITE_PAUSED: {
    message: 'Nothing is begun at site "{site}": {account} paused {what}: {why}',
    remedy: 'Nothing to do: it goes on when somebody resumes it (`waybill resume {paused}`).',
    retryable: true,
    benign: true,
  },
  WAYBILL_SITE_PAUSED_WITH_ALL: {
    message: 'Site "{site}" stays paused, as every site is: {account} paused them all: {why}',
    remedy: 'Resume all of them (`waybill resume all`), and pause those that are to wait by themselves.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
