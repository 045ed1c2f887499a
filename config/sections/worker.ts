import { duration, flag, integer, list, port, section, size, text } from '../setting.ts';
import { alias } from './sites.ts';

export const workerSection = section({
  maxCachedWorkflows: integer(0).prefault(500).describe('How many workflows stay in memory (about 0.3 MB each).'),
  takeOver: duration()
    .prefault('10s')
    .describe('How long a workflow waits for the worker that has it in memory, before any other takes it over.'),
  siteSlots: integer(1).prefault(20).describe('How many short steps run at once on one site.'),
  siteBulkSlots: integer(1).prefault(2).describe('How many exports and uploads run at once on one site.'),
  smallTransfer: size()
    .prefault('8MB')
    .describe('An export or upload up to this size is a short step and takes one of siteSlots; 0 = none is.'),
  localLooks: flag()
    .prefault(true)
    .describe(
      'Whether a short look at a site is first tried by the worker that has the workflow (a local activity of Temporal: ' +
        'faster, and in its UI a marker); false = over the queue of the site at once.',
    ),
  exportHeadStart: duration()
    .prefault('3s')
    .describe(
      'Deliveries of an app up to smallTransfer start when it is exported, and after this time at the latest; those of ' +
        'a larger one start with its export. 0s = of a small one too.',
    ),
  callStacks: flag()
    .prefault(false)
    .describe(
      "Whether Temporal's UI can show the call stack of a workflow that waits; for whoever develops workflows. " +
        'It costs a promotion a tenth of its time.',
    ),
  shutdownGrace: duration().prefault('60s').describe('How long a step may go on when the worker is stopped.'),
  sites: list(alias).prefault([]).describe('Sites that this worker serves. Empty = all.'),
  pollTimeoutReport: duration().prefault('10m').describe('After this time without a worker a queue is reported.'),
  healthPort: port()
    .optional()
    .describe('Port that answers whether the worker is well, and shows metrics for Prometheus. When not set: none.'),
  healthBind: text().prefault('127.0.0.1').describe('Address that healthPort listens on.'),
});
