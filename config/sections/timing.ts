import { duration, integer, section, size } from '../setting.ts';

export const timeoutsSection = section({
  connect: duration().prefault('10s').describe('Longest wait for a connection to a site.'),
  read: duration().prefault('30s').describe('Longest read from a site.'),
  write: duration().prefault('60s').describe('Longest change or removal on a site.'),
  publish: duration().prefault('60m').describe('Longest publish, copy or replace.'),
  export: duration().prefault('2h').describe('Longest export.'),
  uploadBase: duration().prefault('30m').describe('Longest upload, apart from its size.'),
  uploadRate: size()
    .prefault('2MB')
    .describe('Bytes a second that an upload reaches at least; its size by this is added to uploadBase.'),
  heartbeat: duration().prefault('60s').describe('After this silence a step counts as lost and is repeated.'),
  heartbeatEvery: duration().prefault('10s').describe('Time between two signs of life of a step.'),
  stall: duration().prefault('120s').describe('A transfer that moves no byte for this long is ended and repeated.'),
});

const backoff = (first: string, factor: number, max: string) =>
  section({
    first: duration().prefault(first).describe('Wait before the first repeat.'),
    factor: integer(1, 10).prefault(factor).describe('What the wait is multiplied by each time.'),
    max: duration().prefault(max).describe('Longest wait between two repeats.'),
  });

const lockSection = section({
  first: duration().prefault('2s').describe('Wait before the first look whether the target app is free again.'),
  max: duration().prefault('60s').describe('Longest wait between two looks.'),
});

export const retrySection = section({
  read: backoff('1s', 2, '60s').prefault({}).describe('How reads are repeated.'),
  write: backoff('15s', 2, '10m').prefault({}).describe('How writes are repeated; they never give up by themselves.'),
  needsOperatorAfter: duration()
    .prefault('30m')
    .describe('After this time a failing delivery shows needs-operator, and one mail goes out. It goes on trying.'),
  recheck: duration().prefault('10m').describe('Time between two tries of what needs an operator.'),
  lookAfter: duration()
    .prefault('15s')
    .describe(
      'How long Waybill goes on looking for what it does not find at once: an upload whose reply was lost, a stream, an app to overwrite.',
    ),
  looks: integer(1, 20).prefault(3).describe('How many times Waybill looks for an upload whose reply was lost.'),
  paused: duration()
    .prefault('10s')
    .describe('Time between two looks whether a site that somebody paused was resumed.'),
  expire: duration().prefault('30d').describe('After this time a failing delivery ends. 0 = never.'),
  lock: lockSection.prefault({}).describe('How a delivery waits for another one that overwrites the same app.'),
});
