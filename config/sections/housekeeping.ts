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
  dashboardFolder: dataPath()
    .optional()
    .describe(
      "Folder for tab-separated logs as the old program's Qlik dashboard loads them, one file a log and day, made by the worker from the ledger. When not set: none.",
    ),
  dashboardEncoding: choice('latin1', 'utf8')
    .prefault('latin1')
    .describe(
      'Of the logs for the dashboard. latin1: as its load script reads them, with ? for other letters. utf8: for a load script changed to code page 65001.',
    ),
  dashboardEvery: duration().prefault('1m').describe('Time between two writings of the logs for the dashboard.'),
});

export const stagingSection = section({
  sweepAfter: duration()
    .prefault('24h')
    .describe(
      'Staging apps are removed when their delivery ended this long ago, and uploads to S3 ended that began this long ago without an end.',
    ),
  sweepEvery: duration().prefault('1h').describe('Time between two looks for staging apps that were left behind.'),
});
