import type { ErrorEntry } from './waybill-error.ts';

export const configErrors = {
  WAYBILL_CONFIG_NOT_FOUND: {
    message: 'No configuration file: {file} does not exist.',
    remedy:
      'Copy docs/examples/waybill-minimal.yaml to waybill.yaml, put in your sites and certificates, then run `waybill config check`. A file elsewhere is named with --config.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CONFIG_UNREADABLE: {
    message: 'The configuration file {file} cannot be read: {reason}.',
    remedy: 'Give the account that runs Waybill the right to read this file.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CONFIG_INVALID: {
    message: 'The configuration {file} has {count} problem(s):\n{problems}',
    remedy:
      'Correct what is listed and run `waybill config check`. Every setting is described in docs/reference/configuration.md.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CONFIG_SECRET_MISSING: {
    message: 'The secret {source} cannot be read: {reason}.',
    remedy: 'Set the variable, or make the file readable, for the account that runs this process, and start it again.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CONFIG_SECRET_NOT_KEPT: {
    message: 'The secret of this installation cannot be kept in {file}: {reason}.',
    remedy: 'Give the account that runs Waybill the right to write to dataFolder, or set installation.secret.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CONFIG_UNKNOWN_SITE: {
    message: 'There is no {role} "{site}" in the configuration; it has {known}.',
    remedy: 'Use one of these aliases, or add the site to the configuration.',
    retryable: false,
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorEntry>;
