import type { Readable } from 'node:stream';
import { waybillError } from '../../../common/errors/catalogue.ts';
import type { CallPlace } from './call.ts';
import type { Exchange } from './exchange.ts';
import { watchForStall } from './stall.ts';

/** What the error of a standstill tells. */
export interface WatchedTransfer {
  readonly place: CallPlace;
  readonly doing: string;
  readonly stallMs: number;
}

/** Ends a download with WAYBILL_QRS_STALLED when no byte comes; until its reply begins, the timeout of the call rules. */
export function watchDownload(exchange: Exchange, transfer: WatchedTransfer): void {
  watch(exchange, transfer, {
    isMoving: () => exchange.hasReply,
    waitingFor: () => (exchange.isPaused ? 'the reader of the file' : 'the site'),
    mayHaveTakenEffect: false,
  });
}

/** Ends an upload with WAYBILL_QRS_STALLED when no byte goes; once all are sent, the timeout of the call rules: the site is at work. */
export function watchUpload(exchange: Exchange, transfer: WatchedTransfer, body: Readable): void {
  watch(exchange, transfer, {
    isMoving: () => exchange.isStarted && !exchange.isSent,
    waitingFor: () => (body.isPaused() ? 'the site' : 'the source of the file'),
    mayHaveTakenEffect: true,
  });
}

function watch(
  exchange: Exchange,
  transfer: WatchedTransfer,
  side: { isMoving: () => boolean; waitingFor: () => string; mayHaveTakenEffect: boolean },
): void {
  const { place, doing, stallMs } = transfer;
  exchange.onEnd = watchForStall({
    stallMs,
    transferredBytes: () => exchange.sentBytes + exchange.receivedBytes,
    isMoving: side.isMoving,
    onStall: () => {
      const transferredBytes = exchange.sentBytes + exchange.receivedBytes;
      const { mayHaveTakenEffect } = side;
      const facts = { ...place, doing, stallMs, waitingFor: side.waitingFor(), transferredBytes, mayHaveTakenEffect };
      exchange.abort(waybillError('WAYBILL_QRS_STALLED', facts));
    },
  });
}
