import pino, { type Logger } from 'pino';
import type { BrokerEvents } from './broker.ts';
import type { ForwardEvents } from './forward-events.ts';
import type { Outcome } from './handle-request.ts';
import type { GatewaySettings } from './settings.ts';

/** Lines of JSON on stdout. No header and no body is ever in one; the type and id of an event are those of signed ones. */
export function createLog({ logLevel }: GatewaySettings): Logger {
  return pino({ level: logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
}

export function brokerEvents(log: Logger): BrokerEvents {
  return {
    connected: (protocol) => log.info({ protocol }, 'connected to the broker'),
    lost: () => log.warn('the connection to the broker is lost'),
    failed: (reason) => log.error({ reason }, 'the broker cannot be reached'),
  };
}

export function forwardEvents(log: Logger): ForwardEvents {
  return {
    notConfirmed: (topic, reason) => log.warn({ topic, reason }, 'the broker did not confirm an event'),
    confirmedAgain: (topic) => log.info({ topic }, 'the broker confirms events again'),
    spoolFailed: (reason) => log.error({ reason }, 'the spool cannot be emptied'),
    putAside: (file, reason) => log.error({ file, reason }, 'a file of the spool was put aside'),
    drained: () => log.info('all events of the spool were published'),
  };
}

/** What was taken is told at level debug, and whatever was not at info. */
export function outcomeTo(log: Logger): (outcome: Outcome) => void {
  return (outcome) => {
    const level = outcome.status === 503 ? 'error' : outcome.status === 200 ? 'debug' : 'info';
    log[level](outcome, outcome.status < 300 ? 'an event was taken' : 'a request was refused');
  };
}
