import { choice, dataPath, duration, integer, section, size } from '../setting.ts';

export const loggingSection = section({
  level: choice('trace', 'debug', 'info', 'warn', 'error', 'silent')
    .prefault('info')
    .describe('Least severity that is logged.'),
  file: dataPath()
    .optional()
    .describe(
      'Log file; its process and a number are put into its name: waybill-worker.1.log. When not set: the terminal (stderr) only.',
    ),
  maxSize: size().prefault('20MB').describe('A log file of this size is put aside and a new one begun.'),
  keep: integer(1, 1000).prefault(5).describe('How many log files put aside are kept.'),
  pretty: choice('auto', 'on', 'off')
    .prefault('auto')
    .describe('Lines for people instead of JSON. auto: where the output is a terminal.'),
});

export const stagingSection = section({
  sweepAfter: duration()
    .prefault('24h')
    .describe(
      'Staging apps are removed when their delivery ended this long ago, and uploads to S3 ended that began this long ago without an end.',
    ),
  sweepEvery: duration().prefault('1h').describe('Time between two looks for staging apps that were left behind.'),
});
