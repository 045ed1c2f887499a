import { failuresByCause, flowToTargets, mailsByKind } from './by-kind.ts';
import type { ReadFigure } from './figure.ts';
import { approvalTime, leadTime, promotionsOverTime, versionsOverTime } from './over-time.ts';

export const figureNames = [
  'promotions',
  'lead-time',
  'approval-time',
  'failures',
  'versions',
  'mails',
  'flow',
] as const;

export type FigureName = (typeof figureNames)[number];

/** How each figure of the overview is read from the ledger. */
export const readFigure: Readonly<Record<FigureName, ReadFigure>> = {
  promotions: promotionsOverTime,
  'lead-time': leadTime,
  'approval-time': approvalTime,
  failures: failuresByCause,
  versions: versionsOverTime,
  mails: mailsByKind,
  flow: flowToTargets,
};
